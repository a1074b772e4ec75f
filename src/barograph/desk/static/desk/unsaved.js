// Nothing typed at the desk is lost: every form that is sent by POST asks before it is left (Wagtail's w-unsaved), the
// editor's last words go along with whatever is sent, what is typed before Wagtail begins to look counts, and an
// autosave that failed is tried again. Nothing is stored in the browser.
(() => {
    const script = document.currentScript;
    const EDITORS = "[data-draftail-input]";
    const OPENED_ANEW_TOKEN = /(?:^|; )[\w-]*csrftoken=([^;]+)/;
    const NOT_WORDS = ["csrfmiddlewaretoken", "loaded_revision_id", "loaded_revision_created_at", "next", "base"];
    const RETRY = 15000;
    const contents = new WeakMap(); // editor's field → the text that stands in the field
    const watched = new WeakSet(); // forms of which Wagtail has taken its first look
    const sending = new WeakMap(); // form → what its running autosave has sent
    const retries = new WeakMap();
    const controller = (element, name) => window.wagtail?.app?.getControllerForElementAndIdentifier(element, name);
    const unsavedForms = () => document.querySelectorAll('form[data-controller~="w-unsaved"]');

    // The rich text editor writes to its field a quarter of a second after the last key; a form is read before that.
    function noteEditors() {
        for (const input of document.querySelectorAll(EDITORS)) {
            if (input.draftailEditor && !contents.has(input)) {
                contents.set(input, input.draftailEditor.getEditorState().getCurrentContent());
            }
        }
    }
    function flush(root) {
        noteEditors();
        for (const input of root.querySelectorAll(EDITORS)) {
            const content = input.draftailEditor?.getEditorState().getCurrentContent();
            if (!content || contents.get(input) === content) continue;
            input.draftailEditor.saveState();
            contents.set(input, content);
        }
    }
    for (const kind of ["keydown", "beforeinput", "paste", "cut", "drop", "pointerdown", "compositionstart"]) {
        document.addEventListener(kind, noteEditors, true);
    }
    document.addEventListener("formdata", ({ target, formData }) => {
        flush(target);
        for (const input of target.querySelectorAll(EDITORS)) {
            if (formData.has(input.name)) formData.set(input.name, input.value);
        }
        // signed in anew in another window: the page's own token is that of the earlier sign-in
        const token = document.cookie.match(OPENED_ANEW_TOKEN)?.[1];
        if (token && formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token);
    });

    function written(formData, without = []) {
        const pairs = [...formData].filter(([name]) => ![...NOT_WORDS, "overwrite_revision_id", ...without].includes(name));
        return JSON.stringify(pairs.map(([name, value]) => [name, value.name ?? value]));
    }
    const hasUnsaved = (form) => form.setAttribute("data-w-unsaved-force-value", "true");

    // Wagtail takes its first look two seconds after a page has opened; what was typed before it stands in that look.
    document.addEventListener("w-unsaved:watch-edits", ({ target }) => watched.add(target));
    for (const kind of ["beforeinput", "input", "change", "paste", "drop"]) {
        document.addEventListener(kind, ({ target }) => {
            const form = target.closest?.('form[data-controller~="w-unsaved"]');
            if (!form) return;
            if (!watched.has(form)) hasUnsaved(form);
            form.setAttribute("data-w-unsaved-confirmation-value", "true"); // also after a submit that led nowhere
        }, true);
    }
    document.addEventListener("click", ({ target }) => {
        const form = target.closest?.('form[data-controller~="w-unsaved"]');
        if (!form || watched.has(form)) return;
        const before = written(new FormData(form));
        setTimeout(() => written(new FormData(form)) !== before && hasUnsaved(form), 400);
    }, true);

    // After an autosave Wagtail takes all that stands in the form for saved; some of it was typed while it was sent.
    document.addEventListener("w-autosave:save", ({ target, detail }) => sending.set(target, detail.formData));
    document.addEventListener("w-autosave:success", ({ target, detail }) => {
        target.querySelector(".desk-offline")?.remove();
        const sent = sending.get(target);
        const updated = Object.keys(detail.data?.field_updates ?? {});
        if (sent && written(sent, updated) !== written(new FormData(target), updated)) hasUnsaved(target);
    });
    document.addEventListener("w-autosave:error", ({ target, detail }) => {
        if (detail.type === "invalid_revision" || detail.type === "validation_error") return;
        clearTimeout(retries.get(target));
        retries.set(target, setTimeout(() => controller(target, "w-unsaved")?.notify(), RETRY));
    });
    window.addEventListener("online", () => {
        for (const form of unsavedForms()) controller(form, "w-unsaved")?.notify();
    });

    // Whatever leaves the page: the last words count.
    window.addEventListener("beforeunload", () => {
        for (const form of unsavedForms()) {
            controller(form, "w-unsaved")?.check();
            if (form.getAttribute("data-w-unsaved-force-value") === "true") {
                form.setAttribute("data-w-unsaved-has-edits-value", "true");
            }
        }
    }, true);

    function tellOffline(form, button) {
        form.querySelector(".desk-offline")?.remove();
        const told = document.createElement("p");
        told.className = "help-block help-critical desk-offline";
        told.setAttribute("role", "alert");
        told.textContent = script.dataset.offline;
        (button?.closest("footer") ?? button ?? form.lastElementChild).before(told);
        setTimeout(() => button && controller(button, "w-progress")?.deactivate(), 100);
    }
    document.addEventListener("submit", (event) => {
        flush(event.target);
        if (event.target.method !== "post") return;
        event.target.querySelector(".desk-offline")?.remove();
        if (navigator.onLine) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        tellOffline(event.target, event.submitter);
    }, true);

    // Every form that is sent by POST and can be written in, also one that comes into the page later.
    const WRITABLE = "textarea, select, input:not([type=hidden], [type=submit], [type=button], [type=search])";
    function ask(form) {
        const own = (form.dataset.controller ?? "").split(" ");
        if (own.includes("w-unsaved") || form.method !== "post" || form.closest(".modal, [role=dialog]")) return;
        if (own.includes("w-swap")) return; // a script's own: who else has the page open
        if (form.matches(".login-form") || form.querySelector("[autocomplete=one-time-code]")) return;
        const returned = form.hasAttribute("data-unsaved"); // it holds words that were sent, and are not saved
        if (!returned && !form.querySelector(WRITABLE)) return;
        if (returned) hasUnsaved(form);
        form.setAttribute("data-w-unsaved-confirmation-value", "true");
        form.dataset.action = `${form.dataset.action ?? ""} w-unsaved#submit beforeunload@window->w-unsaved#confirm`;
        form.dataset.controller = [...own, "w-unsaved"].join(" ").trim();
    }
    const askAll = () => document.querySelectorAll("form").forEach(ask);
    document.addEventListener("DOMContentLoaded", () => {
        askAll();
        new MutationObserver((changes) => changes.some((change) => change.addedNodes.length) && askAll()).observe(
            document.body, { childList: true, subtree: true },
        );
    });

    // Save by the keyboard in forms for which Wagtail has no such key.
    document.addEventListener("keydown", (event) => {
        const isSave = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.code === "KeyS";
        if (!isSave || document.querySelector('[data-w-kbd-key-value="mod+s"]')) return;
        const form = document.activeElement?.closest('form[data-controller~="w-unsaved"]') ?? unsavedForms()[0];
        if (!form) return;
        event.preventDefault();
        form.requestSubmit(form.querySelector("[type=submit]"));
    });
})();
