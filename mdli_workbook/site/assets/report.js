// What the body of a report leaves out, because it depends on the reader and the time: who reads it, how
// fresh it is, building it again, and the forms. All of it comes in one small answer, <report>/now.

const EVERY = 1000;                        // while a report is being built
const LATER = 10_000;                      // after the site could not answer
const AGAIN = 60_000;                      // a page that was looked away from for so long asks again
const here = location.pathname;
const find = (id) => document.getElementById(id);
const [report, reader, fresh, rebuild, building, stage] =
  ["report", "reader", "fresh", "rebuild", "building", "stage"].map(find);

let token = "";
let asked = 0;
let mounted = false;
let wanted = false;                        // this page asked for a new report
let following = false;
let more = false;                          // asked for while following
let gone = false;

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

// Signed out, or not to be read any more: the server has the words for it, and this page goes.
const leave = () => {
  gone = report.hidden = true;
  location.replace(here);
  return null;
};

const ask = async (path, options = {}) => {
  const answer = await fetch(here + path, { redirect: "manual", cache: "no-store", ...options });
  if (answer.type === "opaqueredirect" || answer.status === 404) return leave();
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(String(answer.status));
  return answer.json();
};

const greet = ({ coach }) => {
  reader.querySelector("[name=_xsrf]").value = token;
  reader.querySelector("span").textContent = coach;
  reader.hidden = false;
};

const isRunning = ({ state }) => state === "queued" || state === "building";

const showStage = (now) => {
  const running = isRunning(now.rebuild);
  const tell = running || now.rebuild.state === "failed";
  const words = tell ? now.rebuild.words : "";
  building.hidden = !running;
  if (stage.textContent !== words) stage.textContent = words;
  rebuild.hidden = running || now.closed || !(now.stale || tell);
  rebuild.parentElement.hidden = rebuild.hidden && !tell;
};

// Whoever is writing is not interrupted; whoever waits for the new report gets it at once.
const showNewer = () => {
  if (wanted && !document.activeElement?.closest(".mdli-form")) return location.reload();
  stage.textContent = "A newer report is here.";
  rebuild.textContent = "Show it";
  rebuild.onclick = () => location.reload();
  building.hidden = true;
  rebuild.hidden = rebuild.parentElement.hidden = false;
  return null;
};

const mount = async (forms) => {
  if (mounted) return;
  mounted = true;
  try {
    const { mountForms } = await import("/static/forms.js");
    await mountForms(forms, { host: find("after-the-call"), token: () => token, renew: refresh });
  } catch (error) {
    mounted = false;
    throw error;
  }
};

const show = async (now) => {
  token = now.token;
  asked = Date.now();
  greet(now);
  fresh.textContent = now.words;
  if (now.mark === report.dataset.mark) showStage(now);
  else showNewer();
  report.hidden = false;
  await mount(now.forms);
};

const refresh = async () => {
  try {
    const now = await ask("/now");
    if (now) await show(now);
    return now;                            // nothing, if this page has gone
  } catch {
    stage.textContent = "How fresh this is could not be asked just now.";
    stage.parentElement.hidden = false;
    return null;
  }
};

// Once, unless a report is being built, or the site could not answer, or more was asked for meanwhile:
// a new report may be asked for while the forms of the first answer are still on their way.
const follow = async () => {
  more = true;
  if (following) return;
  following = true;
  while (more && !gone) {
    more = false;
    const now = await refresh();
    if (gone || (now && !isRunning(now.rebuild))) continue;
    more = true;
    await pause(now ? EVERY : LATER);
  }
  following = false;
};

const buildAgain = async () => {
  wanted = rebuild.hidden = true;
  building.hidden = false;
  try {
    const rebuilding = await ask("/rebuild", { method: "POST", headers: { "X-XSRFToken": token } });
    if (rebuilding && isRunning(rebuilding)) return follow();
    stage.textContent = rebuilding?.words ?? "";
  } catch {
    stage.textContent = "This could not be asked for just now. Try again in a minute.";
  }
  building.hidden = true;
  rebuild.hidden = false;
  return null;
};

rebuild.onclick = buildAgain;
// A page that the browser kept, from before signing out perhaps, is shown only once the server agrees.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  report.hidden = true;
  refresh();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - asked > AGAIN) follow();
});
follow();
