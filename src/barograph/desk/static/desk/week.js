// The week as it is now, without reloading: asked for while the page is looked at, put in place part by part.
// A part in which somebody is at work (the focus is in it, or a form of it is open) stays until they are done.
(() => {
    const place = document.querySelector("[data-live]");
    if (!place) return;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const told = place.querySelector("[role=status]");
    const isBusy = (part) => part.contains(document.activeElement) || part.querySelector(".desk-more[open]");

    async function renew() {
        if (document.hidden) return;
        let answer;
        try {
            answer = await fetch(place.dataset.live, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        } catch {
            return; // the line is down: asked again later
        }
        if (answer.redirected || answer.status === 403) return clearInterval(clock); // signed out meanwhile
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const field of fresh.querySelectorAll("[name=csrfmiddlewaretoken]")) field.setAttribute("value", token);
        const parts = [...fresh.querySelectorAll("[data-part]")];
        const here = new Map([...place.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
        if (parts.length !== here.size || parts.some((part) => !here.has(part.dataset.part))) {
            if (![...here.values()].some(isBusy)) location.reload(); // another topic, or the issue has been published
            return;
        }
        const changed = parts.filter((part) => {
            const old = here.get(part.dataset.part);
            if (old.innerHTML === part.innerHTML || isBusy(old)) return false;
            old.innerHTML = part.innerHTML;
            return true;
        });
        if (changed.length) told.textContent = `${told.dataset.words} ${new Date().toLocaleTimeString()}`;
    }

    const clock = setInterval(renew, 15000);
    document.addEventListener("visibilitychange", renew);
})();
