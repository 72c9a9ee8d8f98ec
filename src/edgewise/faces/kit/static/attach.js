// SPDX-License-Identifier: AGPL-3.0-or-later
// Pictures and files: taken when chosen, dropped or pasted, with their progress and a Stop.
(() => {
"use strict";
const form = document.querySelector("form[data-attach]");
if (!form) return;
const $ = (what) => form.querySelector(what);
const pick = $("[type=file]"), box = $("[data-bar]"), bar = $("progress"), words = $("[data-far]");
const stop = $("[data-stop]"), mb = (n) => (n / 1e6).toFixed(1);
let going = null;
const say = (text) => { box.hidden = false; words.textContent = text; };
const send = (files) => {
  if (going || !files.length) return;
  const data = new FormData(form);
  data.delete("file");
  for (const file of files) data.append("file", file);
  going = new XMLHttpRequest();
  going.open("POST", form.dataset.attach);
  going.setRequestHeader("X-Edgewise-Live", "1");
  going.upload.onprogress = (e) => {
    bar.max = e.total;
    bar.value = e.loaded;
    say(words.dataset.far.replace("{}", mb(e.loaded)).replace("{}", mb(e.total)));
  };
  going.upload.onload = () => { bar.removeAttribute("value"); say(words.dataset.look); };
  going.onloadend = () => {
    const page = new DOMParser().parseFromString(going.responseText, "text/html");
    const wrong = page.querySelector("main .notice:not(#stale)");
    bar.hidden = stop.hidden = true;
    box.hidden = !wrong;
    if (wrong) say(wrong.textContent);
    pick.value = "";
    going = null;
  };
  bar.hidden = stop.hidden = false;
  say("");
  going.send(data);
};
const take = (event, from) => {
  if (from.files.length && !from.types.includes("text/plain")) { event.preventDefault(); send([...from.files]); }
};
$("[data-send]").hidden = true;
pick.onchange = () => send(pick.files);
stop.onclick = () => going && going.abort();
form.onpaste = (event) => take(event, event.clipboardData);
form.ondragover = (event) => event.preventDefault();
form.ondrop = (event) => take(event, event.dataTransfer);
form.addEventListener("submit", (event) => { if (going) event.preventDefault(); });
})();
