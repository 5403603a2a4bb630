// Workbooks open as forms that are ready to write in; every other notebook stays as it is.
//
// A module-federation container written by hand (no bundler): the page calls `init` with the packages
// that it shares, and `get` for our plugin. The file's name holds a hash of what it says, so that no
// browser's cache can serve an older one.
{
  const NAME = "mdli-workbook";
  const ID = `${NAME}:ready`;
  const KERNEL = "mdli";
  const SLOW = 20000;                                          // ms until "still" is said
  const PATIENCE = 6000;                                       // ms that a form may take to hear from its kernel
  const CURTAIN = 2500;                                        // ms that forms may take to draw themselves unseen
  const PULSE = 4000;                                          // ms between two questions to a quiet kernel
  const WAKING = 15000;                                        // ms that waking up may take
  const LOST = 4000;                                           // ms until a restart whose end nobody told is over

  const CSS = `
.mdli-pending .jp-Notebook { visibility: hidden }
.mdli-neat .mdli-ours.jp-CodeCell > .jp-Cell-inputWrapper,
.mdli-neat .mdli-ours .jp-InputPrompt, .mdli-neat .mdli-ours .jp-OutputPrompt, .mdli-neat .mdli-ours .jp-OutputArea-promptOverlay,
.mdli-neat .mdli-ours .jp-Collapser, .mdli-neat .mdli-ours .jp-collapseHeadingButton,
.mdli-neat .mdli-ours .jp-CellFooter, .mdli-neat .mdli-ours .jp-cell-toolbar, .mdli-neat .jp-Notebook-footer,
.mdli-neat .mdli-ours [data-mime-type="application/vnd.jupyter.error"],
.mdli-neat .mdli-ours [data-mime-type="application/vnd.jupyter.stderr"],
.mdli-workbook .jp-RenderedMarkdown p:has(> [data-commandlinker-command]),
.mdli-workbook .jp-RenderedMarkdown [data-commandlinker-command] { display: none !important }
.mdli-neat .mdli-ours.jp-Cell { border-color: transparent !important; box-shadow: none !important; background: none !important }
.mdli-neat .mdli-ours .jp-MarkdownOutput { border-color: transparent !important; box-shadow: none !important }
.mdli-neat .mdli-ours.jp-CodeCell { padding-top: 0; padding-bottom: 0 }
.mdli-curtain .mdli-ours .jp-OutputArea { visibility: hidden }
.mdli-curtain[data-mdli-state="failed"] .mdli-ours .jp-OutputArea { display: none }
.mdli-workbook .jp-Notebook[inert] .mdli-ours .jp-OutputArea { opacity: .55; transition: opacity .2s }
.mdli-neat .mdli-ours.jp-Cell { max-width: 48rem; margin-inline: auto }
.mdli-alone .jp-SideBar { visibility: hidden }
.mdli-alone .jp-LabShell, .mdli-alone #jp-main-dock-panel, .mdli-alone #jp-main-content-panel { background: var(--jp-layout-color0) !important }
.mdli-bar { color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); border-bottom: 1px solid var(--jp-border-color1) }
.mdli-bar-line { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 8px 16px; padding: 10px 20px;
  box-sizing: border-box; font-size: 15px; line-height: 1.45 }
.mdli-bar-words { flex: 0 1 auto; max-width: 46rem }
.mdli-bar-button { padding: 6px 18px; min-height: 36px; font: inherit; font-weight: 600; cursor: pointer; border-radius: 6px;
  color: var(--jp-ui-font-color1); background: var(--jp-layout-color0); border: 1px solid var(--jp-border-color0) }
.mdli-bar-button:hover { border-color: var(--jp-brand-color1) }
.mdli-bar-button:focus-visible { outline: 3px solid var(--jp-brand-color1); outline-offset: 2px }
.mdli-bar-button[hidden] { display: none }
.mdli-bar-live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (prefers-reduced-motion: reduce) { .mdli-workbook .jp-OutputArea { transition: none !important } }`;

  const READY = "Your workbook is ready.";
  const GETTING = "Getting your workbook ready …";
  const ASLEEP = "This workbook went to sleep. What you wrote is kept.";
  const FAILED = "This workbook could not be made ready. What you wrote is kept.";
  const UNASKED = "This workbook waits for you: running on opening is switched off here.";
  const UNHEARD = "The check that comes before a workbook is opened did not answer, so nothing was run.";
  const REFUSED = (why) => `This workbook was not started, because it is not as it was made. ${why} `
    + "Please ask your coordinator to generate it again; what you wrote before is kept.";
  const OTHER_KERNEL = "It is running in another kernel than a workbook's own.";

  let pool;
  const use = async (name) => {
    const all = Object.values(pool[name]);
    const entry = all.find(({ from }) => /CORE/i.test(from)) ?? all[0];   // the page's own, if there are two
    return (await entry.get())();
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const el = (tag, props) => Object.assign(document.createElement(tag), props);

  const isMarked = (context) => context.model?.getMetadata("mdli")?.form === true;
  const isOurs = ({ model }) => model.getMetadata("mdli")?.owner === "ours";

  // What the page says above the workbook: a sentence and, where the person can do something, one button.
  class Bar {
    constructor({ Widget }, panel) {
      this.words = el("span", { className: "mdli-bar-words", id: `mdli-bar-${crypto.randomUUID()}` });
      this.button = el("button", { className: "mdli-bar-button", type: "button" });
      this.button.setAttribute("aria-describedby", this.words.id);
      this.line = el("div", { className: "mdli-bar-line" });
      this.line.append(this.words, this.button);
      this.node = el("div", { className: "mdli-bar" });
      this.node.append(this.line);
      this.live = el("span", { className: "mdli-bar-live", role: "status" });   // heard, also when the bar is hidden
      this.live.setAttribute("aria-live", "polite");
      panel.node.append(this.live);
      this.widget = new Widget({ node: this.node });
      panel.contentHeader.addWidget(this.widget);
      new ResizeObserver(() => this.fit()).observe(this.line);
    }

    fit() {                                                    // Lab's layout goes by the smallest height that CSS allows
      const height = `${this.line.offsetHeight + 1}px`;
      if (this.node.style.minHeight === height) return;
      this.node.style.minHeight = height;
      this.widget.parent?.fit();
    }

    say(text, label, act, { shown = true } = {}) {
      this.widget.setHidden(!shown);
      this.widget.parent?.setHidden(!shown);
      if (this.words.textContent !== text) this.words.textContent = text;
      if (this.live.textContent !== text) this.live.textContent = text;
      this.button.hidden = !label;
      this.button.textContent = label ?? "";
      this.button.onclick = act ?? null;
      this.fit();
    }
  }

  // One workbook in one tab, from opening to closing.
  class Workbook {
    constructor(lab, panel, context) {
      Object.assign(this, { lab, panel, context, notebook: panel.content, session: context.sessionContext });
      this.bar = new Bar(lab, panel);
      this.ran = new Map();                                    // cell → its source, as it was run
      this.abandon = () => {};                                 // gives up a run whose kernel was replaced meanwhile
      this.everRan = this.busy = this.again = this.stale = false;
      panel.addClass("mdli-workbook");
      panel.toolbar.hide();
      const { notebook } = this;
      if (notebook.notebookConfig.windowingMode === "full") {  // it would take forms out of the page while scrolling
        notebook.notebookConfig = { ...notebook.notebookConfig, windowingMode: "none" };
      }
      this.dress();
      this.keepHands();
      this.keepFile();
      this.listen();
    }

    get disposed() { return this.panel.isDisposed; }
    get kernel() { return this.session.session?.kernel; }
    get dead() { return !this.kernel || this.kernel.status === "dead" || this.kernel.isDisposed; }

    dress() {
      for (const cell of this.notebook.widgets) cell.toggleClass("mdli-ours", isOurs(cell));
    }

    // One place decides what is seen, what can be typed in, and what is said.
    show(state, text = "", label = "", act = null) {
      if (this.disposed) return;
      const { panel, notebook } = this;
      const within = panel.node.contains(document.activeElement);
      if (state !== "ready") this.keepPlace();
      clearTimeout(this.slow);
      this.state = panel.node.dataset.mdliState = state;
      panel.toggleClass("mdli-neat", state !== "refused");
      panel.toggleClass("mdli-curtain", !this.everRan);
      notebook.node.inert = !["ready", "refused", "waiting"].includes(state);
      this.bar.say(text, label, act, { shown: state !== "ready" });
      if (state === "ready") this.returnToPlace();
      else if (label && within) this.bar.button.focus();
    }

    getReady() {
      this.show("busy", GETTING);
      this.slow = setTimeout(() => this.show("busy", `Still ${GETTING.toLowerCase()}`, "Start again", () => this.wake()), SLOW);
    }

    // The field in which the person was, by exercise and number: a form that is drawn again has other elements.
    keepPlace() {
      const form = document.activeElement?.closest?.(".mdli-form");
      if (form && this.notebook.node.contains(form)) {
        const fields = [...form.querySelectorAll("input, textarea, select, button")];
        this.place = [form.dataset.exercise, fields.indexOf(document.activeElement), document.activeElement.selectionStart];
      }
      this.scrolled ??= this.scroller.scrollTop;
    }

    get scroller() { return this.notebook.outerNode ?? this.notebook.node; }

    returnToPlace() {
      if (this.scrolled) this.scroller.scrollTop = this.scrolled;
      this.scrolled = null;
      if (!this.place) return;
      const [exercise, index, caret] = this.place;
      this.place = null;
      const elsewhere = document.activeElement && document.activeElement !== document.body
        && !this.panel.node.contains(document.activeElement);
      const form = [...this.notebook.node.querySelectorAll(".mdli-form")].find(({ dataset }) => dataset.exercise === exercise);
      const field = form?.querySelectorAll("input, textarea, select, button")[index];
      if (elsewhere || !field) return;
      field.focus({ preventScroll: true });
      try { if (caret !== null && caret !== undefined) field.setSelectionRange(caret, caret); } catch { /* a date has no caret */ }
    }

    // The cells that would be run, each with the very source that is sent to be judged.
    ours() {
      return this.notebook.widgets.filter((cell) => cell.model.type === "code" && isOurs(cell))
        .map((cell) => ({ cell, source: cell.model.sharedModel.getSource() }));
    }

    async ask(cells) {
      const { ServerConnection, URLExt, settings } = this.lab;
      const body = JSON.stringify({
        kernel: this.context.model.getMetadata("kernelspec")?.name ?? "",
        marker: this.context.model.getMetadata("mdli"),
        cells: cells.map(({ source }) => source),
      });
      const asked = ServerConnection.makeRequest(URLExt.join(settings.baseUrl, "mdli", "may-run"), { method: "POST", body }, settings);
      const response = await Promise.race([asked, wait(15000).then(() => { throw new Error("no answer"); })]);
      if (response.status === 400 || response.status === 413) return { order: [], why: "What it says of itself cannot be read." };
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    }

    async prepare() {
      if (this.busy) { this.again = true; return; }
      this.busy = true;
      try {
        do {
          this.again = false;
          await this.once();
        } while (this.again && !this.disposed);
      } catch (error) {
        console.warn(`${NAME}: ${error?.name}`);
        if (!this.disposed) this.fail();
      } finally {
        this.busy = false;
        this.panel.node.dataset.mdliRuns = 1 + Number(this.panel.node.dataset.mdliRuns ?? 0);
      }
    }

    async once() {
      this.getReady();
      this.dress();
      const cells = this.ours();
      let verdict;
      try {
        verdict = await this.ask(cells);
      } catch {
        this.show("failed", UNHEARD, "Start", () => this.prepare());
        return;
      }
      if (!verdict.order.length) { this.refuse(verdict.why); return; }
      await this.session.ready;
      if (this.disposed) return;
      if (this.dead) { this.sleep(); return; }                 // running without a kernel would look like success
      if (this.kernel.name !== KERNEL) { this.refuse(OTHER_KERNEL); return; }
      if (this.afresh) {                                       // its sockets may still be those of the process before
        this.afresh = false;
        await this.kernel.reconnect().catch(() => {});
        if (this.disposed || this.again) return;
        if (this.dead) { this.sleep(); return; }
      }
      if ("commsOverSubshells" in this.kernel) this.kernel.commsOverSubshells = "disabled";   // one thread hears all forms
      this.ran.clear();
      const done = await this.run(verdict.order.map((index) => cells[index]));
      if (this.disposed || this.again) return;
      if (this.dead) { this.sleep(); return; }
      if (!done) { if (!this.stale && !this.afresh) this.fail(); return; }   // after a restart the end of it brings us here again
      await this.untilDrawn(CURTAIN);
      if (this.disposed || this.again || this.stale || this.afresh) return;
      if (this.dead) { this.sleep(); return; }
      this.everRan = true;
      this.settle();
      this.show("ready", READY);
      this.helpSilent(this.kernel);
    }

    // Runs what was judged, and not what may stand in the cell by now.
    async run(chosen) {
      const replies = chosen.map(({ cell, source }) => {
        cell.model.sharedModel.transact(() => { cell.model.clearExecution(); cell.outputHidden = false; }, false, "silent-change");
        this.ran.set(cell, source);
        return this.lab.OutputArea.execute(source, cell.outputArea, this.session, {});
      });
      const results = await Promise.race([Promise.allSettled(replies), new Promise((done) => { this.abandon = () => done([{}]); })]);
      return results.every(({ value }) => value?.content?.status === "ok");
    }

    // Cells with a form that has not drawn itself, or that has not heard from its kernel.
    silent() {
      return [...this.ran].filter(([cell]) => !cell.isDisposed && cell.model.outputs.length
        && (!cell.node.querySelector(".mdli-form") || cell.node.querySelector(".mdli-form-body[inert]")));
    }

    async untilDrawn(ms) {
      for (const end = Date.now() + ms; Date.now() < end && this.silent().length && !this.disposed;) await wait(40);
    }

    // A slow start can lose a form's first words: such forms, and only they, are made once more.
    async helpSilent(kernel) {
      await this.untilDrawn(PATIENCE);
      const left = this.silent();
      if (!left.length || this.disposed || this.busy || this.state !== "ready" || this.kernel !== kernel || this.dead) return;
      await this.run(left.map(([cell, source]) => ({ cell, source })));
      this.settle();
    }

    refuse(why) {
      for (const { cell } of this.ours()) if (this.ran.has(cell)) cell.model.clearExecution();   // no form that nobody hears
      this.ran.clear();
      this.settle();
      this.show("refused", REFUSED(why), "Start", () => this.prepare());
    }

    fail() { this.settle(); this.show("failed", FAILED, "Try again", () => this.prepare()); }

    sleep() { this.settle(); this.show("asleep", ASLEEP, "Wake it up", () => this.wake()); }

    async wake() {
      if (this.waking) return;
      this.waking = true;
      this.getReady();
      try {
        const until = Date.now() + WAKING;
        for (const end = Date.now() + 3000; this.kernel && this.dead && Date.now() < end;) await wait(50);   // Lab takes leave of the old one
        do {
          await (this.kernel ? this.session.restartKernel() : this.session.changeKernel({ name: KERNEL })).catch(() => {});
          if (this.dead) await wait(500);
        } while (this.dead && Date.now() < until && !this.disposed);
      } finally {
        this.waking = false;
      }
      await this.prepare();
    }

    // Another process behind the same kernel has another session id, whoever restarted it and whatever was
    // told. While nobody writes, it is asked now and then who it is (which is no activity to a server).
    heed(kernel, renew) {
      if (!kernel || this.heeded === kernel) return;
      this.heeded = kernel;
      let process = "";
      kernel.anyMessage.connect((_, { msg, direction }) => {
        if (direction !== "recv" || !["iopub", "shell"].includes(msg.channel)) return;
        if (["restarting", "autorestarting", "dead"].includes(msg.content.execution_state)) return;   // said by the server
        const before = process;
        process = msg.header.session;
        if (before && before !== process && this.everRan) renew();
      });
      clearInterval(this.pulse);
      this.pulse = setInterval(() => {
        if (this.disposed || kernel.isDisposed) { clearInterval(this.pulse); return; }
        if (this.state === "ready" && !document.hidden && kernel.connectionStatus === "connected") kernel.requestKernelInfo().catch(() => {});
      }, PULSE);
    }

    // A restart is told differently by each cause (menu, server, crash), and now and then a part of it
    // is lost while the socket connects again: any sign will do, once.
    listen() {
      const renew = (ms) => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => { this.stale = false; if (!this.disposed && this.state !== "waiting") this.prepare(); }, ms);
      };
      const known = () => this.state !== "waiting" && this.state !== "refused" && !this.waking;
      const another = () => { if (known()) { this.afresh = true; this.abandon(); this.getReady(); renew(150); } };
      this.heed(this.kernel, another);
      this.session.statusChanged.connect((_, status) => {
        if (!known()) return;
        if (/restarting/.test(status)) { this.stale = true; this.abandon(); this.getReady(); renew(LOST); }
        if (status === "autorestarting") setTimeout(() => this.closeNotice());
        if (status === "starting" && this.everRan) another();
        if (status === "idle" && this.stale) renew(150);
        if (status === "dead") { this.stale = false; clearTimeout(this.timer); this.abandon(); this.sleep(); setTimeout(() => this.closeNotice()); }
      });
      this.session.connectionStatusChanged.connect((_, status) => {
        if (known() && status === "connected" && this.stale) renew(400);
      });
      this.session.kernelChanged.connect((_, { oldValue, newValue }) => {
        this.heed(newValue, another);
        if (!known()) return;
        if (oldValue && newValue) another();
        if (oldValue && !newValue && !this.session.isDisposed) setTimeout(() => { if (known() && !this.busy && this.dead) this.sleep(); }, 300);
      });
      // "Clear All Outputs", "Revert" and their like take forms out of the page; no answer is in them.
      let pause;
      this.context.model.contentChanged.connect(() => {
        clearTimeout(pause);
        pause = setTimeout(() => { if (!this.disposed && this.state === "ready" && this.lacksForms()) this.prepare(); }, 300);
      });
    }

    lacksForms() {
      this.dress();
      const ours = this.notebook.widgets.filter((cell) => cell.model.type === "code" && isOurs(cell));
      return ours.some((cell) => !this.ran.has(cell) && /^wb\./m.test(cell.model.sharedModel.getSource()))
        || [...this.ran].some(([cell, source]) => !cell.isDisposed && /^wb\./m.test(source) && !cell.model.outputs.length);
    }

    // "The kernel appears to have died" has one button and no choice; the bar says what happens.
    closeNotice() {
      const path = this.session.session?.path ?? this.context.path;
      this.lab.Dialog.tracker.forEach((dialog) => {
        const buttons = dialog.node.querySelectorAll("button.jp-Dialog-button");
        if (buttons.length === 1 && dialog.node.textContent.includes(path)) dialog.reject();
      });
    }

    // Neither a double click nor one-letter commands may open or change what is ours.
    keepHands() {
      const { node } = this.notebook;
      const cellOf = (target) => this.notebook.widgets.find((cell) => cell.node.contains(target));
      const guards = (target) => { const cell = cellOf(target); return cell ? isOurs(cell) : true; };
      node.addEventListener("dblclick", (event) => { if (guards(event.target)) event.stopPropagation(); }, true);
      node.addEventListener("focusin", ({ target }) => {
        if (this.state === "refused") return;
        if (guards(target)) { target.setAttribute("data-lm-suppress-shortcuts", "true"); return; }
        for (let one = target; one && node.contains(one); one = one.parentElement) one.removeAttribute("data-lm-suppress-shortcuts");
      });
      node.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && guards(event.target)) event.preventDefault();
      });
    }

    // Opening is no edit: only what a person changed makes the file "changed", so nothing else is saved by itself.
    keepFile() {
      const { context } = this;
      this.standing = this.written();
      const stand = () => { this.standing = this.written(); };
      context.saveState.connect((_, state) => { if (/^completed/.test(state)) stand(); });
      context.fileChanged.connect(stand);
      context.model.stateChanged.connect((_, { name, newValue }) => {
        if (name === "dirty" && newValue) queueMicrotask(() => this.settle());
      });
      this.settle();
    }

    settle() {
      const { model } = this.context;
      if (!this.disposed && model.dirty && this.written() === this.standing) model.dirty = false;
    }

    written() {
      return JSON.stringify(this.notebook.widgets.map((cell) => {
        const { trusted, execution, ...metadata } = cell.model.metadata;
        const outputs = cell.model.type === "code" && !isOurs(cell) ? cell.model.outputs.toJSON() : null;
        return [cell.model.type, cell.model.id, cell.model.sharedModel.getSource(), metadata, outputs];
      }));
    }
  }

  const wantsRun = async (registry) => {
    if (!registry) return true;
    try {
      const settings = await registry.load(ID);
      return settings.get("runOnOpening").composite !== false;
    } catch {
      return false;                                            // what cannot be read is not taken for a yes
    }
  };

  const openMarked = async (lab, app, panel, context, registry) => {
    const workbook = new Workbook(lab, panel, context);
    workbook.show("busy", GETTING);
    if (app.shell.mode === "single-document") {                // nothing but the workbook: /doc/tree/…
      app.shell.collapseLeft?.();
      app.shell.collapseRight?.();
      for (const widget of app.shell.widgets("bottom")) widget.hide();
      document.body.classList.add("mdli-alone");
    }
    if (await wantsRun(registry)) await workbook.prepare();
    else workbook.show("waiting", UNASKED, "Start", () => workbook.prepare());
  };

  const load = async () => {
    const [outputarea, apputils, widgets, services, coreutils, registry] = await Promise.all(
      ["@jupyterlab/outputarea", "@jupyterlab/apputils", "@lumino/widgets", "@jupyterlab/services", "@jupyterlab/coreutils",
        "@jupyterlab/settingregistry"].map(use));
    const lab = {
      OutputArea: outputarea.OutputArea, Dialog: apputils.Dialog, Widget: widgets.Widget,
      ServerConnection: services.ServerConnection, URLExt: coreutils.URLExt,
    };
    const plugin = {
      id: ID,
      description: "Opens workbooks as forms that are ready to write in.",
      autoStart: true,
      optional: [registry.ISettingRegistry],
      activate: (app, settings) => {
        document.head.append(el("style", { textContent: CSS }));
        lab.settings = app.serviceManager.serverSettings;
        app.docRegistry.addWidgetExtension("Notebook", {
          createNew(panel, context) {
            panel.addClass("mdli-pending");                    // no code is seen before it is known whose it is
            context.ready
              .then(() => { if (isMarked(context) && !panel.isDisposed) void openMarked(lab, app, panel, context, settings); })
              .finally(() => panel.removeClass("mdli-pending"));
          },
        });
      },
    };
    return { __esModule: true, default: plugin };
  };

  (window._JUPYTERLAB ??= {})[NAME] = {
    init: (scope) => { pool = scope; },
    get: async () => { const module = await load(); return () => module; },
  };
}
