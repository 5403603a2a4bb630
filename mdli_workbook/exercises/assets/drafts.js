// What was typed and is not yet saved, kept by the browser until the kernel has said "saved".
// IndexedDB with strict durability: it survives a killed browser, which localStorage does not.

const uuid = () => {
  if (crypto.randomUUID) return crypto.randomUUID();          // absent on plain http pages
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const SHARED = "mdli-shared-computer";
const LETTING_GO = 150;                                        // ms that a closing form may hold its lock

// One per form on the screen. Two tabs keep their drafts apart, by `owner`: neither can delete or
// overwrite the other's. A lock, held as long as the form is there, tells whether an owner still is.
class Drafts {
  constructor(place) {
    this.place = place;                                        // [participant, session, exercise]
    this.owner = uuid();
    this.writing = new Map();
    this.unwatch = Drafts.watch(() => { if (Drafts.shared) Drafts.clear(); });
    navigator.locks?.request(this.lock(this.owner), () => new Promise((done) => { this.release = done; }))
      .catch(() => {});
  }

  lock(owner) { return `mdli-drafts-${owner}`; }

  key(entry) { return [...this.place, entry, this.owner]; }

  // One write at a time per entry and then the newest: typing never queues up behind the disk.
  async keep(entry, draft) {
    const busy = this.writing.has(entry);
    this.writing.set(entry, draft);
    if (busy) return;
    for (let last; last !== this.writing.get(entry);) {
      last = this.writing.get(entry);
      await this.put(entry, last);
    }
    this.writing.delete(entry);
  }

  async put(entry, draft) {
    if (draft !== null && Drafts.shared) return;
    try {
      const key = this.key(entry);
      await this.within("readwrite", (box) => (draft === null ? box.delete(key) : box.put(draft, key)));
      Drafts.failing = false;
    } catch (error) {
      Drafts.failing = true;                                   // full, or private: the form must not promise it
      console.warn("mdli: this browser keeps no drafts", error?.name);
    }
  }

  // Drafts of forms that are gone, newest first.
  async found() {
    try {
      if (Drafts.shared) await Drafts.clear();
      let all = await this.kept();
      if (all.some(({ held }) => held)) {                      // a form that was drawn again may be letting go just now
        await new Promise((done) => setTimeout(done, LETTING_GO));
        all = await this.kept();
      }
      return all.filter(({ held }) => !held).sort((one, other) => other.draft.typedAt - one.draft.typedAt);
    } catch (error) {
      console.warn("mdli: this browser keeps no drafts", error?.name);
      return [];
    }
  }

  async kept() {
    const range = IDBKeyRange.bound(this.place, [...this.place, []]);
    const keys = await this.within("readonly", (box) => box.getAllKeys(range));
    const values = await this.within("readonly", (box) => box.getAll(range));
    const held = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
    return keys.map((key, index) => ({ key, entry: key[3], draft: values[index], held: held.has(this.lock(key[4])) }))
      .filter(({ draft }) => draft);
  }

  async forget(key) {
    await this.within("readwrite", (box) => box.delete(key)).catch(() => {});
  }

  // The page may be gone before its turn comes: write what still waits now.
  flush() {
    for (const [entry, draft] of this.writing) this.put(entry, draft);
  }

  close() {
    this.flush();
    this.unwatch();
    this.release?.();
  }

  within(mode, act) { return Drafts.within(mode, act); }

  static async within(mode, act) {
    const store = await Drafts.open();
    return new Promise((resolve, reject) => {
      const work = store.transaction("drafts", mode, { durability: "strict" });
      const request = act(work.objectStore("drafts"));
      work.commit?.();                                         // finished by the browser even if the page goes
      work.oncomplete = () => resolve(request.result);
      work.onabort = work.onerror = () => reject(work.error);
    });
  }

  // "I share this computer": this browser keeps no draft, of any form in any tab. Each form is a script
  // of its own, so what they have in common is the browser's.
  static get shared() {
    try { return localStorage.getItem(SHARED) === "yes"; } catch { return false; }
  }

  static set shared(yes) {
    try {
      if (yes) localStorage.setItem(SHARED, "yes");
      else localStorage.removeItem(SHARED);
    } catch { /* a browser that keeps nothing keeps no drafts either */ }
    window.dispatchEvent(new Event(SHARED));                   // "storage" is told to the other tabs only
  }

  // act() whenever it is switched, here or in another tab; gives back what ends that.
  static watch(act) {
    const elsewhere = ({ key }) => { if (key === SHARED || key === null) act(); };
    window.addEventListener(SHARED, act);
    window.addEventListener("storage", elsewhere);
    return () => {
      window.removeEventListener(SHARED, act);
      window.removeEventListener("storage", elsewhere);
    };
  }

  static async clear() {
    await Drafts.within("readwrite", (box) => box.clear()).catch(() => {});
  }

  static open() {
    Drafts.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("mdli-drafts", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("drafts");
      request.onsuccess = () => {
        request.result.onclose = () => { Drafts.opened = null; };   // the browser cleared it: open anew
        resolve(request.result);
      };
      request.onerror = () => { Drafts.opened = null; reject(request.error); };
    });
    return Drafts.opened;
  }
}
