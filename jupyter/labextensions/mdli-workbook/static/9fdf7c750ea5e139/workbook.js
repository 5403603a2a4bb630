// One workbook in one tab, from opening to closing.

import { Bar } from "./bar.js";
import { File, Place, isOurs, keepHands } from "./hands.js";
import { Kernel, listen, wait } from "./kernel.js";

const NAME = "mdli";                                           // of the only kernel that a workbook may run in
const SLOW = 20000;                                            // ms until "still" is said
const PATIENCE = 6000;                                         // ms that a form may take to hear from its kernel
const CURTAIN = 2500;                                          // ms that forms may take to draw themselves unseen
const CHECK = 15000;                                           // ms that the server may take to judge

const DONE = "done", BROKEN = "broken", SILENT = "silent";      // how a run may end

const READY = "Your workbook is ready.";
const GETTING = "Getting your workbook ready …";
const ASLEEP = "This workbook went to sleep. What you wrote is kept.";
const FAILED = "This workbook could not be made ready. What you wrote is kept.";
const UNHEARD = "The check that comes before a workbook is opened did not answer, so nothing was run.";
const REFUSED = (why) => `This workbook was not started, because it is not as it was made. ${why} `
  + "Please ask your coordinator to generate it again; what you wrote before is kept.";
const OTHER_KERNEL = "It is running in another kernel than a workbook's own.";
export const UNASKED = "This workbook waits for you: running on opening is switched off here.";

export class Workbook {
  constructor(lab, panel, context) {
    Object.assign(this, { lab, panel, context, notebook: panel.content, session: context.sessionContext });
    const { notebook } = this;
    this.bar = new Bar(lab, panel);
    this.ran = new Map();                                      // cell → its source, as it was run
    this.abandon = () => {};                                   // ends the waiting for a kernel that was replaced meanwhile
    this.everRan = this.busy = this.again = this.gaveUp = false;
    panel.addClass("mdli-workbook");
    panel.toolbar.hide();
    if (notebook.notebookConfig.windowingMode === "full") {    // it would take forms out of the page while scrolling
      notebook.notebookConfig = { ...notebook.notebookConfig, windowingMode: "none" };
    }
    this.dress();
    this.place = new Place(panel);
    keepHands(notebook, () => this.state === "refused");
    this.file = new File(panel, context);
    this.kernel = new Kernel(lab, this.session, NAME);
    listen(this.kernel, this);
    this.bringBack();
  }

  get disposed() { return this.panel.isDisposed; }

  // Whether a restart concerns it: not before the person has started it, and not while it wakes its kernel itself.
  get heeds() { return this.state !== "waiting" && this.state !== "refused" && !this.waking; }

  dress() {
    for (const cell of this.notebook.widgets) cell.toggleClass("mdli-ours", isOurs(cell));
  }

  // One place decides what is seen, what can be typed in, and what is said.
  show(state, text = "", label = "", act = null) {
    if (this.disposed) return;
    const { panel, notebook } = this;
    const within = panel.node.contains(document.activeElement);
    if (state !== "ready") this.place.keep();
    if (state !== "busy") clearTimeout(this.slow);
    this.state = panel.node.dataset.mdliState = state;
    panel.toggleClass("mdli-neat", state !== "refused");
    panel.toggleClass("mdli-curtain", !this.everRan);
    notebook.node.inert = !["ready", "refused", "waiting"].includes(state);
    this.bar.say(text, label, act, { shown: state !== "ready" });
    if (state === "ready") this.place.comeBack();
    else if (label && within) this.bar.button.focus();
  }

  // However often it starts anew: whoever has waited for long is given a button.
  getReady() {
    if (this.state === "busy") return;
    clearTimeout(this.slow);
    this.show("busy", GETTING);
    this.slow = setTimeout(() => this.show("busy", `Still ${GETTING.toLowerCase()}`, "Start again", () => this.wake()), SLOW);
  }

  // What is going on is about a kernel that is no more; who calls this also sees to what comes next.
  giveUp() {
    this.gaveUp = true;
    this.abandon();
    this.getReady();
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
    const response = await Promise.race([asked, wait(CHECK).then(() => { throw new Error("no answer"); })]);
    if (response.status === 400 || response.status === 413) return { order: [], why: "What it says of itself cannot be read." };
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  // What draws the forms comes while the kernel starts; whoever needs it later finds it in the page's own cache.
  fetchModule(name) {
    const { URLExt, settings } = this.lab;
    import(URLExt.join(settings.baseUrl, "mdli", "form", `${name}.js`)).catch(() => {});
  }

  async prepare() {
    if (this.busy) { this.again = true; this.abandon(); return; }
    this.busy = true;
    try {
      do {
        this.again = this.gaveUp = false;
        await this.once();
      } while (this.again && !this.disposed);
    } catch (error) {
      console.warn(`mdli-workbook: ${error?.name}`);
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
    const stopped = () => this.disposed || this.again || this.gaveUp;
    try {
      verdict = await this.ask(cells);
    } catch {
      if (!stopped()) this.show("failed", UNHEARD, "Start", () => this.prepare());
      return;
    }
    if (!verdict.order.length) { this.refuse(verdict.why); return; }
    this.fetchModule(verdict.form);
    await this.session.ready;
    if (stopped()) return;
    const { kernel } = this;
    if (kernel.dead) { this.sleep(); return; }                 // running without a kernel would look like success
    if (kernel.now.name !== NAME) { this.refuse(OTHER_KERNEL); return; }
    const answered = await kernel.answers(stopped);
    if (stopped()) return;
    if (!answered) { this.sleep(); return; }
    if ("commsOverSubshells" in kernel.now) kernel.now.commsOverSubshells = "disabled";   // one thread hears all forms
    kernel.made = kernel.process;
    this.ran.clear();
    const end = await this.run(verdict.order.map((index) => cells[index]));
    if (stopped()) return;
    if (kernel.dead) { this.sleep(); return; }
    if (end === SILENT) {
      await kernel.reconnect();
      this.again = true;
      return;
    }
    if (end !== DONE) { this.fail(); return; }
    await this.untilDrawn(CURTAIN);
    if (stopped()) return;
    if (kernel.dead) { this.sleep(); return; }
    this.everRan = true;
    this.file.settle();
    this.show("ready", READY);
    void this.helpSilent(kernel.now);
  }

  // Runs what was judged, and not what may stand in the cell by now.
  async run(chosen) {
    let over = false;
    const replies = chosen.map(({ cell, source }) => {
      cell.model.sharedModel.transact(() => { cell.model.clearExecution(); cell.outputHidden = false; }, false, "silent-change");
      this.ran.set(cell, source);
      return this.lab.OutputArea.execute(source, cell.outputArea, this.session, {});
    });
    const end = await Promise.race([
      Promise.allSettled(replies).then((all) => (all.every(({ value }) => value?.content?.status === "ok") ? DONE : BROKEN)),
      new Promise((done) => { this.abandon = () => done(BROKEN); }),
      this.kernel.fallsSilent(() => over).then(() => SILENT),
    ]);
    over = true;
    this.abandon = () => {};
    return end;
  }

  // Cells with a form that has not drawn itself, or that has not heard from its kernel.
  silent() {
    return [...this.ran].filter(([cell]) => !cell.isDisposed && cell.model.outputs.length
      && (!cell.node.querySelector(".mdli-form") || cell.node.querySelector(".mdli-form-body[inert]")));
  }

  async untilDrawn(ms) {
    for (const end = Date.now() + ms; Date.now() < end && this.silent().length && !this.disposed;) await wait(15);
  }

  // A slow start can lose a form's first words: such forms, and only they, are made once more.
  async helpSilent(now) {
    const helps = () => !this.disposed && !this.busy && this.state === "ready" && this.kernel.now === now && !this.kernel.dead;
    await this.untilDrawn(PATIENCE);
    const left = this.silent();
    if (!left.length || !helps()) return;
    await this.run(left.map(([cell, source]) => ({ cell, source })));
    this.file.settle();
    await this.untilDrawn(PATIENCE);
    if (this.silent().length && helps()) this.fail();
  }

  refuse(why) {
    for (const { cell } of this.ours()) if (this.ran.has(cell)) cell.model.clearExecution();   // no form that nobody hears
    this.ran.clear();
    this.file.settle();
    this.show("refused", REFUSED(why), "Start", () => this.prepare());
  }

  fail() { this.file.settle(); this.show("failed", FAILED, "Try again", () => this.prepare()); }

  sleep() { this.file.settle(); this.show("asleep", ASLEEP, "Wake it up", () => this.wake()); }

  async wake() {
    if (this.waking) return;
    this.waking = true;
    this.state = "";                                           // it waits from now on
    this.giveUp();
    try {
      await this.kernel.wake(() => this.disposed);
    } finally {
      this.waking = false;
    }
    await this.prepare();
  }

  // "Clear All Outputs", "Revert" and their like take forms out of the page; no answer is in them.
  bringBack() {
    let pause;
    this.context.model.contentChanged.connect(() => {
      clearTimeout(pause);
      pause = setTimeout(() => { if (!this.disposed && this.state === "ready" && this.lacksForms()) void this.prepare(); }, 300);
    });
  }

  lacksForms() {
    this.dress();
    const shows = (source) => /^wb\./m.test(source);
    return this.ours().some(({ cell, source }) => !this.ran.has(cell) && shows(source))
      || [...this.ran].some(([cell, source]) => !cell.isDisposed && shows(source) && !cell.model.outputs.length);
  }
}
