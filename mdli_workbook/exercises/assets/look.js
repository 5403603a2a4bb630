// How a workbook looks for this participant: the roster's accommodations, as classes of the notebook
// (teaching text changes as well) and of the form itself, wherever it is shown.

const LOOKS = ["large-text", "plain-layout", "reduced-motion", "extra-time", "screen-reader"];

const dress = (root, words) => {
  const wear = (node) => {
    for (const look of LOOKS) node.classList.toggle(`mdli-${look}`, words.includes(look));
  };
  const reach = () => {
    const notebook = root.closest(".jp-Notebook");
    if (notebook) wear(notebook);
    else if (!root.isConnected) setTimeout(reach, 100);        // its cell is not on the page yet
  };
  wear(root);
  reach();
};
