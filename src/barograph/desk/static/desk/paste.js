// What is pasted into an editor is cleaned by the server first (desk/pasting.py), as a Word file is, and what was lost
// is said. Text copied within an editor of ours, plain text and files go their usual way.
(() => {
  const script = document.currentScript;
  let cleaned = null;

  const say = (editor, sentences) => {
    const box = editor.closest(".Draftail-Editor__wrapper, .Draftail-Editor, [data-field]") || editor.parentElement;
    box.parentElement.querySelectorAll(".desk-pasted").forEach((old) => old.remove());
    if (!sentences.length) return;
    const told = document.createElement("div");
    told.className = "help-block help-warning desk-pasted";
    told.setAttribute("role", "status");
    told.append(script.dataset.notAsCopied);
    const list = document.createElement("ul");
    for (const sentence of sentences) {
      const item = document.createElement("li");
      item.textContent = sentence;
      list.append(item);
    }
    told.append(list);
    box.after(told);
  };

  const put = (editor, html, plain) => {
    const data = new DataTransfer();
    const holder = document.createElement("div");
    holder.innerHTML = html;
    data.setData("text/html", html);
    data.setData("text/plain", holder.textContent || plain);
    cleaned = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    editor.focus();
    editor.dispatchEvent(cleaned);
  };

  document.addEventListener(
    "paste",
    async (event) => {
      const editor = event.target instanceof Element && event.target.closest(".public-DraftEditor-content");
      if (!editor || event === cleaned || !event.clipboardData) return;
      const html = event.clipboardData.getData("text/html");
      const plain = event.clipboardData.getData("text/plain");
      if (!html || html.includes("data-draftjs-conductor-fragment") || html.includes("data-editor=")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const notes = [...editor.textContent.matchAll(/\[\^([\w-]+)\]/g)].map((found) => found[1]);
      try {
        const token = document.querySelector("[name=csrfmiddlewaretoken]");
        const answer = await fetch(script.dataset.url, {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": token ? token.value : "" },
          body: JSON.stringify({ html, notes }),
        });
        const found = await answer.json();
        if (!answer.ok) throw new Error(found.error);
        put(editor, found.html, plain);
        say(editor, found.left_out);
      } catch (error) {
        say(editor, [script.dataset.notPasted]);
      }
    },
    true,
  );
})();
