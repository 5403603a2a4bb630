// All that each form's widget carries: where the module that draws forms is to be had. A page gets it once, from its
// server at an address that is a hash of what it says; where there is no such address (another front end, or a server
// with another version of the package), from the kernel.

const NAME = "%NAME%";
const PATIENCE = 4000;                                         // ms that the kernel may take
const TIMES = 5;                                               // that it is tried

const modules = (globalThis.mdliForms ??= {});

const fromServer = async () => {
  const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  return import(new URL(`${baseUrl}mdli/form/${NAME}.js`, location.origin).href);
};

const fromKernel = (model) => new Promise((done, failed) => {
  const hear = (message) => {
    if (message?.type !== "module") return;
    const url = URL.createObjectURL(new Blob([message.text], { type: "text/javascript" }));
    import(url).then(done, failed).finally(() => URL.revokeObjectURL(url));
  };
  model.on("msg:custom", hear);
  setTimeout(() => { model.off("msg:custom", hear); failed(new Error("no answer")); }, PATIENCE);
  model.send({ type: "module" });
});

// The forms of a page wait for one another's attempt; after one that failed the next form's kernel is asked.
const load = async (model, left = TIMES) => {
  const attempt = (modules[NAME] ??= fromServer().catch(() => fromKernel(model)));
  try {
    return await attempt;
  } catch (error) {
    if (modules[NAME] === attempt) delete modules[NAME];
    if (left === 1) throw error;
    return load(model, left - 1);
  }
};

export default { render: async ({ model, el }) => (await load(model)).default.render({ model, el }) };
