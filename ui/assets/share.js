// What leaves the page: copies, exports, the printed conversation.
async function take(turn, what) {
  const { text, table, html } = turn.copies;
  const plain = what === "table" ? table : text;
  const links = (said) => said.replaceAll("](#/", `](${location.href.split("#")[0]}#/`).replaceAll('href="#/', `href="${location.href.split("#")[0]}#/`);
  await copy(links(plain), what === "table" ? html : "");
}

// navigator.clipboard exists only on https and localhost; a library is often served on a plain LAN address.
// `html` goes along where it can, so that a table stays one in a text document.
async function copy(text, html = "") {
  try {
    const as = (type, said) => new Blob([said], { type });
    if (html) await navigator.clipboard.write([new ClipboardItem({ "text/plain": as("text/plain", text), "text/html": as("text/html", html) })]);
    else await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "sr-only", "aria-hidden": "true" });
    area.value = text;
    document.querySelector(".workspace").append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("已复制");
}

function download(name, data, type) {
  const url = URL.createObjectURL(new Blob([data], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function exportAs(form) {
  $("export").open = false;
  if (form === "print") {
    const folded = [...document.querySelectorAll("#turns details:not([open])")];
    for (const one of folded) one.open = true;
    window.print();
    for (const one of folded) one.open = false;
    return;
  }
  const turns = keptTurns().map(({ turn }) => turn);
  const { name, text, data } = await call("export", { turns, form, address: location.href.split("#")[0] });
  if (form === "md") return download(name, text, "text/markdown;charset=utf-8");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  download(name, bytes, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
}
