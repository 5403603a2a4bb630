// The style of all forms, once on the page; of two versions the one that came last counts.

document.getElementById("mdli-form-style")?.remove();
document.head.append(Object.assign(document.createElement("style"), { id: "mdli-form-style", textContent: STYLE }));
