// The forms of a report's page. Each is a form of the workbook; what is a kernel there is an address here,
// which answers one message by another. The first answer to each form came with the page.

const MOST = 300_000;                                          // characters; the site takes a million bytes
const KEPT_ALIVE = 60_000;                                     // bytes that a browser sends after the page is gone

const wireTo = (address, { token, renew }) => {
  const post = (form, message) => {
    const body = JSON.stringify({ form, message });
    const headers = { "Content-Type": "application/json", "X-XSRFToken": token() };
    return fetch(address, { method: "POST", headers, body, redirect: "error", cache: "no-store", keepalive: body.length < KEPT_ALIVE });
  };
  return async (form, message) => {
    if (JSON.stringify(message).length > MOST) return { type: "refused", id: message.id, reason: "it is too long; shorten it." };
    try {
      let told = await post(form, message);
      if (told.status === 403) {                               // signed in again meanwhile: another token
        await renew();
        told = await post(form, message);
      }
      const { answer } = await told.json();
      return answer?.type === "refused" ? { ...answer, id: answer.id || message.id || "" } : answer;
    } catch {
      return null;                                             // no answer: the form says so and tries again
    }
  };
};

const modelOf = ({ spec, state }, wire, saved) => {
  const heard = new Set();
  let first = state;
  const tell = (answer) => { if (answer) for (const act of heard) act(answer); };
  return {
    get: () => spec,
    on: (_, act) => heard.add(act),
    off: (_, act) => heard.delete(act),
    send: async (message) => {
      if (message.type === "opened") return;                   // who reads what is known to the site already
      if (message.type === "hello" && first) {
        const answer = first;
        first = null;
        await null;                                            // the form listens once it is drawn
        tell(answer);
        return;
      }
      const answer = await wire(spec.id, message);
      tell(answer);
      if (answer?.type === "saved") saved(spec);
    },
  };
};

// Exercises in which this browser still holds something that was typed and not saved.
const inDrafts = async ({ participant, session }) => {
  try {
    const keys = await Drafts.within("readonly", (box) => box.getAllKeys());
    return new Set(keys.filter(([whose, of]) => whose === participant && of === session).map(([, , exercise]) => exercise));
  } catch {
    return new Set();
  }
};

// What the participant has said to it since: their words, so nothing to change here.
const answeredList = (answered, name) => {
  const stands = ({ state, due }) => (state === "open" && due ? `open, by ${due}` : state);
  const items = answered.map((one) => el("li", { dir: "auto" }, one.act,
    el("span", { class: "mdli-aside" }, ` ${[stands(one), one.reason].filter(Boolean).join(": ")}`)));
  return el("div", { class: "mdli-after-answered", hidden: !items.length },
    el("p", {}, `${name} has answered to this since:`), el("ul", {}, ...items));
};

// A form takes no focus before it is ready.
const focusOn = (box) => {
  if (box.closest("[inert]")) setTimeout(() => focusOn(box), 50);
  else box.focus();
};

const mountForms = async (forms, { host, token, renew }) => {
  const wire = wireTo(forms.address, { token, renew });
  const saved = ({ kind }) => { if (kind === "call") renew(); };
  const draw = (one) => {
    const place = el("div", { class: "mdli-after-form" });
    render({ model: modelOf(one, wire, saved), el: place });
    return place;
  };
  const drafts = await inDrafts(forms.parts[0].spec);

  // Written on already, or begun: open. Otherwise a button.
  const comment = (one, onPage) => {
    const begun = one.state.answers[""]?.value?.text?.trim() || drafts.has(one.spec.id);
    const place = el("div", { class: "mdli-after-comment" });
    const open = () => place.replaceChildren(draw(one));
    const ask = button(onPage ? `Comment on ${one.short || "this answer"}` : `Comment on ${one.title}`, () => {
      open();
      focusOn(place.querySelector("textarea"));
    }, { class: "mdli-after-ask", "aria-label": onPage && !one.short ? `Comment on this answer: ${one.title}` : null });
    if (begun) open();
    else place.append(ask);
    return place;
  };

  const parts = forms.parts.flatMap((one) => [draw(one),
    ...(one.spec.kind === "commitment" ? [answeredList(forms.answered, forms.name)] : [])]);
  const [front, below] = [[], []];
  const beside = new Map();
  for (const one of forms.comments) {
    const answer = document.querySelector(`.mdli-site-output[data-exercise="${CSS.escape(one.exercise)}"]`);
    if (!answer) { front.push(comment(one, false)); continue; }
    if (!beside.has(answer)) {
      beside.set(answer, el("div", { class: "mdli-after-beside" }));
      answer.after(beside.get(answer));
    }
    beside.get(answer).append(comment(one, true));
  }
  if (front.length) below.push(el("h3", {}, "Comment on the agenda or a commitment"), el("div", { class: "mdli-after-front" }, ...front));
  const share = sharing("mdli-after");
  Drafts.watch(share.show);
  host.replaceChildren(
    el("h2", { id: "after-heading" }, "After the call"),
    el("p", { class: "mdli-after-lead" }, "Everything here is saved while you type."),
    ...parts, ...below, el("div", { class: "mdli-form mdli-panel mdli-after-share" }, share.node));
  host.hidden = false;
};

export { mountForms };
