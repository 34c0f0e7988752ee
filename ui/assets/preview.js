// What stands behind a [n], shown while the pointer or the focus is on it.
let previewed = null;
let previewTimer;

function showPreview(ref) {
  const citation = ref.closest(".turn")?.record?.answer.citations[Number(ref.textContent.match(/\d+/)) - 1];
  if (!citation) return;
  previewed = ref;
  const box = $("preview");
  const page = citation.page ? `　第 ${citation.page} 页` : "";
  const label = state.status.reports.find((r) => r.id === citation.report)?.label ?? citation.title;
  box.replaceChildren(
    element("p", { class: "quoted" }, citation.quote || citation.text),
    element("p", { class: "from" }, `《${label}》${citation.section.slice(0, 2).join(" › ")}${page}`),
  );
  box.hidden = false;
  const at = ref.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.left - 24, innerWidth - width - 8))}px`;
  box.style.top = `${at.top > height + 12 ? at.top - height - 8 : at.bottom + 8}px`;
  ref.setAttribute("aria-describedby", "preview");
}

function hidePreview() {
  clearTimeout(previewTimer);
  previewed?.removeAttribute("aria-describedby");
  previewed = null;
  $("preview").hidden = true;
}

function startPreview() {
  const on = (event) => {
    const ref = event.target.closest?.(".ref");
    clearTimeout(previewTimer);
    if (ref) previewTimer = setTimeout(() => showPreview(ref), event.type === "focusin" ? 0 : 120);
    else if (previewed && !event.target.closest?.("#preview")) previewTimer = setTimeout(hidePreview, 120);
  };
  if (matchMedia("(hover: hover)").matches) $("turns").addEventListener("mouseover", on);
  $("turns").addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) on(event); });
  $("turns").addEventListener("focusout", hidePreview);
  $("turns").addEventListener("mouseleave", hidePreview);
  $("log").addEventListener("scroll", hidePreview, { passive: true });
}
