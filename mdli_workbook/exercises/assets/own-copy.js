// A copy of all that its participant wrote: the kernel makes it, the browser keeps it where downloads go.

const COPIES = { page: "Keep a copy of everything I wrote", data: "The same as data (JSON)" };
const COPY_PATIENCE = 30000;                                   // ms that the kernel may take

const unpack = async ({ packed }) => {
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(whole).blob();
};

const download = ({ name, mime, content }) => {
  const url = URL.createObjectURL(new Blob([content], { type: mime }));
  const link = el("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
};

class OwnCopy {
  constructor(model) {
    this.model = model;
    this.said = el("p", { class: "mdli-hint", role: "status" });
    this.buttons = Object.entries(COPIES).map(([form, words]) => button(words, () => this.ask(form), { class: "mdli-button mdli-quiet" }));
    this.node = el("div", { class: "mdli-own-copy" }, el("div", { class: "mdli-row" }, ...this.buttons), this.said);
  }

  // On a computer that others use, the file would lie where they can open it: only who asks twice gets it.
  ask(form) {
    clearTimeout(this.timer);
    if (Drafts.shared && this.warned !== form) {
      this.warned = form;
      this.say("You share this computer: the file would stay in its downloads. Press again to keep it there all the same.");
      return;
    }
    this.say("One moment …");
    this.timer = setTimeout(() => this.say(`The notebook does not answer; ${START}.`), COPY_PATIENCE);
    try { this.model.send({ type: "record", form }); } catch { this.say(`The notebook does not answer; ${START}.`); }
  }

  say(words) { this.said.textContent = words; }

  async hear(message) {
    clearTimeout(this.timer);
    if (message.type === "refused") { this.say(message.reason); return; }
    try {
      download({ ...message, content: await unpack(message) });
      this.say(`${message.name} is with this browser's downloads. It holds what is private, too: keep it where only you can open it.`);
    } catch {
      this.say("This browser cannot unpack it; ask your coordinator for your record (mdli export).");
    }
  }

  close() { clearTimeout(this.timer); }
}
