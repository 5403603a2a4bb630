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

// One per form on the screen. Two tabs keep their drafts apart, by `owner`: neither can delete or
// overwrite the other's. A lock, held as long as the form is there, tells whether an owner still is.
class Drafts {
  constructor(place) {
    this.place = place;                                        // [participant, session, exercise]
    this.owner = uuid();
    this.writing = new Map();
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
    try {
      const key = this.key(entry);
      await this.within("readwrite", (box) => (draft === null ? box.delete(key) : box.put(draft, key)));
    } catch (error) {
      console.warn("mdli: this browser keeps no drafts", error?.name);
    }
  }

  // Drafts of forms that are gone, newest first.
  async found() {
    try {
      const range = IDBKeyRange.bound(this.place, [...this.place, []]);
      const keys = await this.within("readonly", (box) => box.getAllKeys(range));
      const values = await this.within("readonly", (box) => box.getAll(range));
      const held = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
      return keys.map((key, index) => ({ key, entry: key[3], draft: values[index] }))
        .filter(({ key, draft }) => draft && !held.has(this.lock(key[4])))
        .sort((one, other) => other.draft.typedAt - one.draft.typedAt);
    } catch (error) {
      console.warn("mdli: this browser keeps no drafts", error?.name);
      return [];
    }
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
    this.release?.();
  }

  async within(mode, act) {
    const store = await Drafts.open();
    return new Promise((resolve, reject) => {
      const work = store.transaction("drafts", mode, { durability: "strict" });
      const request = act(work.objectStore("drafts"));
      work.commit?.();                                         // finished by the browser even if the page goes
      work.oncomplete = () => resolve(request.result);
      work.onabort = work.onerror = () => reject(work.error);
    });
  }

  static open() {
    Drafts.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("mdli-drafts", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("drafts");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return Drafts.opened;
  }
}
