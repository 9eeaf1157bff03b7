// On a narrow screen one part of the desk is shown at a time; on a wide one they stand side by side (console.css).

/** Take care of #tabs: a tap shows a part, and an incident that opens shows itself. */
export function start() {
  const tabs = document.getElementById("tabs");
  if (!tabs) return;
  const show = (name) => {
    document.body.dataset.part = name;
    for (const link of tabs.querySelectorAll("a")) {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    document.dispatchEvent(new CustomEvent("suar:part", { detail: { name } }));
  };
  tabs.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    show(link.hash.slice(1));
    document.getElementById(link.hash.slice(1))?.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("suar:open", () => show("incident"));
  document.addEventListener("suar:show", () => show("sea"));
  show(document.querySelector("#pane, #incident form.act") ? "incident" : "queue");
}
