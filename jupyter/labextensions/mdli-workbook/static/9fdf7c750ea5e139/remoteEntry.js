// Workbooks open as forms that are ready to write in; every other notebook stays as it is.
//
// A module-federation container written by hand (no bundler): the page calls `init` with the packages
// that it shares, and `get` for our plugin. The rest are plain modules beside this file. Their folder's
// name is a hash of what they say, so that no browser's cache can serve an older one.
{
  const NAME = "mdli-workbook";

  let pool;
  const use = async (name) => {
    const all = Object.values(pool[name]);
    const entry = all.find(({ from }) => /CORE/i.test(from)) ?? all[0];   // the page's own, if there are two
    return (await entry.get())();
  };

  (window._JUPYTERLAB ??= {})[NAME] = {
    init: (scope) => { pool = scope; },
    get: async () => {
      const { plugin } = await import("./plugin.js");
      const module = { __esModule: true, default: await plugin(NAME, use) };
      return () => module;
    },
  };
}
