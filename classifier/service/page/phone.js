// On a phone: the address of this page as a QR code, and what to know before it is opened.

import { ask } from "./api.js";
import { byId, make, trying } from "../look/dom.js";

export function setUpPhone() {
  const box = byId("phone");
  box.addEventListener("toggle", async () => {
    if (!box.open) return;
    const told = await trying(byId("phone-trouble"), () => ask("/v2/phone/"));
    if (!told) return;
    const parts = told.advice.map((sentence) => make("p", { textContent: sentence }));
    if (told.url) {
      const picture = make("img", { src: "v2/phone/qr.svg", alt: `QR code of ${told.url}`, className: "qr" });
      parts.unshift(picture, make("p", {}, make("a", { href: told.url, textContent: told.url })));
    }
    byId("phone-shown").replaceChildren(...parts);
  });
}
