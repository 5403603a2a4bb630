// What keeps hands off: the file is not rewritten by mere opening, and no double click or one-letter
// command opens or changes what is ours. Also where the person was, while the forms are made again.

export const isOurs = ({ model }) => model.getMetadata("mdli")?.owner === "ours";

const FIELDS = "input, textarea, select, button";

// Opening is no edit: only what a person changed makes the file "changed", so nothing else is saved by itself.
export class File {
  constructor(panel, context) {
    Object.assign(this, { panel, context, notebook: panel.content });
    const stand = () => { this.standing = this.written(); };
    stand();
    context.saveState.connect((_, state) => { if (/^completed/.test(state)) stand(); });
    context.fileChanged.connect(stand);
    context.model.stateChanged.connect((_, { name, newValue }) => {
      if (name === "dirty" && newValue) queueMicrotask(() => this.settle());
    });
    this.settle();
  }

  settle() {
    const { model } = this.context;
    if (!this.panel.isDisposed && model.dirty && this.written() === this.standing) model.dirty = false;
  }

  written() {
    return JSON.stringify(this.notebook.widgets.map((cell) => {
      const { trusted, execution, ...metadata } = cell.model.metadata;
      const outputs = cell.model.type === "code" && !isOurs(cell) ? cell.model.outputs.toJSON() : null;
      return [cell.model.type, cell.model.id, cell.model.sharedModel.getSource(), metadata, outputs];
    }));
  }
}

export const keepHands = (notebook, isPlain) => {
  const { node } = notebook;
  const guards = (target) => {
    const cell = notebook.widgets.find((one) => one.node.contains(target));
    return cell ? isOurs(cell) : true;
  };
  node.addEventListener("dblclick", (event) => { if (guards(event.target)) event.stopPropagation(); }, true);
  node.addEventListener("focusin", ({ target }) => {
    if (isPlain()) return;
    if (guards(target)) { target.setAttribute("data-lm-suppress-shortcuts", "true"); return; }
    for (let one = target; one && node.contains(one); one = one.parentElement) one.removeAttribute("data-lm-suppress-shortcuts");
  });
  node.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && guards(event.target)) event.preventDefault();
  });
};

// The field in which the person was, by exercise and number: a form that is drawn again has other elements.
export class Place {
  constructor(panel) { Object.assign(this, { panel, notebook: panel.content }); }

  get scroller() { return this.notebook.outerNode ?? this.notebook.node; }

  keep() {
    const form = document.activeElement?.closest?.(".mdli-form");
    if (form && this.notebook.node.contains(form)) {
      const fields = [...form.querySelectorAll(FIELDS)];
      this.field = [form.dataset.exercise, fields.indexOf(document.activeElement), document.activeElement.selectionStart];
    }
    this.scrolled ??= this.scroller.scrollTop;
  }

  comeBack() {
    if (this.scrolled) this.scroller.scrollTop = this.scrolled;
    this.scrolled = null;
    if (!this.field) return;
    const [exercise, index, caret] = this.field;
    this.field = null;
    const elsewhere = document.activeElement && document.activeElement !== document.body
      && !this.panel.node.contains(document.activeElement);
    const form = [...this.notebook.node.querySelectorAll(".mdli-form")].find(({ dataset }) => dataset.exercise === exercise);
    const field = form?.querySelectorAll(FIELDS)[index];
    if (elsewhere || !field) return;
    field.focus({ preventScroll: true });
    try { if (caret !== null && caret !== undefined) field.setSelectionRange(caret, caret); } catch { /* a date has no caret */ }
  }
}
