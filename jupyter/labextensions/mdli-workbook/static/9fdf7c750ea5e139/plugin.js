// What JupyterLab is given: one plugin that looks at each notebook as it is opened.

import { CSS } from "./look.js";
import { UNASKED, Workbook } from "./workbook.js";

const isMarked = (context) => context.model?.getMetadata("mdli")?.form === true;

const wantsRun = async (registry, id) => {
  if (!registry) return true;
  try {
    const settings = await registry.load(id);
    return settings.get("runOnOpening").composite !== false;
  } catch {
    return false;                                              // what cannot be read is not taken for a yes
  }
};

const leaveAlone = ({ shell }) => {                            // nothing but the workbook: /doc/tree/…
  shell.collapseLeft?.();
  shell.collapseRight?.();
  for (const widget of shell.widgets("bottom")) widget.hide();
  document.body.classList.add("mdli-alone");
};

const openMarked = async (lab, app, panel, context, wanted) => {
  const workbook = new Workbook(lab, panel, context);
  workbook.getReady();
  if (app.shell.mode === "single-document") leaveAlone(app);
  if (await wanted()) await workbook.prepare();
  else workbook.show("waiting", UNASKED, "Start", () => workbook.prepare());
};

export const plugin = async (name, use) => {
  const [outputarea, apputils, widgets, services, coreutils, registry] = await Promise.all(
    ["@jupyterlab/outputarea", "@jupyterlab/apputils", "@lumino/widgets", "@jupyterlab/services", "@jupyterlab/coreutils",
      "@jupyterlab/settingregistry"].map(use));
  const id = `${name}:ready`;
  return {
    id,
    description: "Opens workbooks as forms that are ready to write in.",
    autoStart: true,
    optional: [registry.ISettingRegistry],
    activate: (app, settings) => {
      const lab = {
        OutputArea: outputarea.OutputArea, Dialog: apputils.Dialog, Widget: widgets.Widget,
        ServerConnection: services.ServerConnection, URLExt: coreutils.URLExt, settings: app.serviceManager.serverSettings,
      };
      document.head.append(Object.assign(document.createElement("style"), { textContent: CSS }));
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew(panel, context) {
          panel.addClass("mdli-pending");                      // no code is seen before it is known whose it is
          context.ready
            .then(() => {
              if (isMarked(context) && !panel.isDisposed) void openMarked(lab, app, panel, context, () => wantsRun(settings, id));
            })
            .finally(() => panel.removeClass("mdli-pending"));
        },
      });
    },
  };
};
