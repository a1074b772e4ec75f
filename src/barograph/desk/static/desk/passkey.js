// Asks the browser for a passkey when a form marked data-passkey is sent, and sends its answer along. No library.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = document.getElementById("passkey-trouble");
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  const key = window.PublicKeyCredential;
  if (!key?.parseCreationOptionsFromJSON) {
    trouble.hidden = false;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      const credential = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(options) });
      form.elements.passkey.value = JSON.stringify(credential);
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
}
