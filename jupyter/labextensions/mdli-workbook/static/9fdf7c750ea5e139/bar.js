// What the page says above the workbook: a sentence and, where the person can do something, one button.

const el = (tag, props) => Object.assign(document.createElement(tag), props);

export class Bar {
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
