// What a workbook does with its kernel: hear whether it is there, notice that it is another process, wake it.

const PULSE = 4000;                                            // ms between two questions to a quiet kernel
const LOST = 6000;                                             // ms until a restart whose end nobody told is over
const MUTE = 3;                                                // questions that a quiet kernel may leave unanswered
const QUESTION = 1500;                                         // ms until a question is asked again
const DEAF = 4;                                                // questions without an answer until the page connects again
const PATIENCE = 60000;                                        // ms that a kernel may take to answer at all
const SILENCE = 15000;                                         // ms without a word from a kernel that has work to do
const WAKING = 15000;                                          // ms that waking up may take

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// What is asked of a kernel before the page is connected to it is refused at once, and not sent later.
const connected = async (kernel, ms) => {
  for (const end = Date.now() + ms; kernel.connectionStatus !== "connected" && Date.now() < end;) await wait(10);
};

// Another process behind the same kernel has another session id, whoever restarted it and whatever was told.
// That id is all that is asked for: each sign of a restart may come late, twice, or never.
export class Kernel {
  constructor(lab, session, name) {
    Object.assign(this, { lab, session, name });
    this.process = this.made = "";                             // whose words were heard last; in which the forms were made
    this.spoke = this.unanswered = 0;                          // when it was last heard; questions since then
  }

  get now() { return this.session.session?.kernel; }
  get dead() { return !this.now || this.now.status === "dead" || this.now.isDisposed; }
  get replaced() { return this.made !== "" && this.process !== "" && this.made !== this.process; }

  // Asks until the kernel answers. Lab's socket to a kernel that was restarted may stay mute for good (the server
  // then reads a channel of the process before): only another socket helps, and one too early is as mute.
  async answers(given) {
    const until = Date.now() + PATIENCE;
    let heard = null;                                          // whoever answered, to whichever question
    for (let asked = 1, deaf = DEAF; Date.now() < until && !this.dead && !given(); asked += 1) {
      const kernel = this.now;
      const asks = connected(kernel, QUESTION).then(() => kernel.requestKernelInfo());
      await Promise.race([asks.then(() => { heard = kernel; }, () => wait(QUESTION)), wait(QUESTION)]);
      if (heard && heard === this.now) return true;
      if (given() || this.dead) return false;
      if (asked < deaf) { await wait(100); continue; }
      deaf += asked + DEAF;                                    // each time it is given longer
      await this.reconnect();
    }
    return false;
  }

  // Resolves once a kernel that has work to do has said nothing for too long.
  async fallsSilent(over) {
    this.spoke = Date.now();
    while (!over() && Date.now() - this.spoke < SILENCE) await wait(250);
    return !over();
  }

  async reconnect() {
    if (!this.dead) await Promise.race([this.now.reconnect().catch(() => {}), wait(QUESTION)]);
  }

  async wake(disposed) {
    for (const end = Date.now() + 3000; this.now && this.dead && Date.now() < end;) await wait(50);   // Lab takes leave of the old one
    const until = Date.now() + WAKING;
    do {
      const woken = this.now ? this.session.restartKernel() : this.session.changeKernel({ name: this.name });
      await Promise.race([woken.catch(() => {}), wait(WAKING)]);
      if (this.dead) await wait(500);
    } while (this.dead && Date.now() < until && !disposed());
  }

  // While nobody writes, the kernel is asked now and then who it is (which is no activity to a server).
  heed(kernel, { quiet, another }) {
    if (!kernel || this.heeded === kernel) return;
    this.heeded = kernel;
    kernel.anyMessage.connect((_, { msg, direction }) => {
      if (direction !== "recv" || !["iopub", "shell"].includes(msg.channel)) return;
      if (["restarting", "autorestarting", "dead"].includes(msg.content.execution_state)) return;   // said by the server
      this.spoke = Date.now();
      this.unanswered = 0;
      this.process = msg.header.session;
      if (this.replaced) another();
    });
    clearInterval(this.pulse);
    this.pulse = setInterval(() => {
      if (this.session.isDisposed || kernel.isDisposed) { clearInterval(this.pulse); return; }
      if (!quiet() || document.hidden || kernel.connectionStatus !== "connected" || kernel.status === "busy") return;
      this.unanswered += 1;
      if (this.unanswered > MUTE) { this.unanswered = 0; another(); return; }
      kernel.requestKernelInfo().catch(() => {});
    }, PULSE);
  }

  // "The kernel appears to have died" has one button and no choice; the bar says what happens.
  closeNotice(path) {
    this.lab.Dialog.tracker.forEach((dialog) => {
      const buttons = dialog.node.querySelectorAll("button.jp-Dialog-button");
      if (buttons.length === 1 && dialog.node.textContent.includes(path)) dialog.reject();
    });
  }
}

// A restart is told differently by each cause (menu, server, crash), and now and then a part of it is lost while
// the socket connects again: any sign will do. `heeds` says whether the workbook wants to know.
export const listen = (kernel, workbook) => {
  const { session } = kernel;
  let restarting = false, timer = 0;
  const heeds = () => !workbook.disposed && workbook.heeds;
  const renew = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => { restarting = false; if (heeds()) void workbook.prepare(); }, ms);
  };
  const another = () => { if (heeds()) { kernel.made = ""; workbook.giveUp(); renew(150); } };
  const hear = (now) => kernel.heed(now, { quiet: () => workbook.state === "ready", another });
  const closeNotice = () => setTimeout(() => kernel.closeNotice(session.session?.path ?? workbook.context.path));
  hear(kernel.now);
  session.statusChanged.connect((_, status) => {
    if (!heeds()) return;
    if (status === "autorestarting" || status === "dead") closeNotice();
    if (/restarting/.test(status)) { restarting = true; kernel.made = ""; workbook.giveUp(); renew(LOST); }
    if (status === "idle" && restarting) renew(150);
    if (status === "dead") { restarting = false; clearTimeout(timer); workbook.giveUp(); workbook.sleep(); }
  });
  session.connectionStatusChanged.connect((_, status) => { if (heeds() && status === "connected" && restarting) renew(400); });
  session.kernelChanged.connect((_, { oldValue, newValue }) => {
    hear(newValue);
    if (!heeds()) return;
    if (oldValue && newValue) another();
    if (oldValue && !newValue && !session.isDisposed) {
      setTimeout(() => { if (heeds() && !workbook.busy && kernel.dead) workbook.sleep(); }, 300);
    }
  });
};
