// SPDX-License-Identifier: AGPL-3.0-or-later
// A voice note: recorded here, at most five minutes, then given to the draft.
(() => {
"use strict";
const form = document.querySelector("form[data-voice]"), $ = (what) => form.querySelector(what);
const start = $("[data-start]"), stop = $("[data-end]"), left = $("output");
const sorts = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"];
const sort = window.MediaRecorder && sorts.find((each) => MediaRecorder.isTypeSupported(each));
const say = (text) => { left.textContent = text; };
if (!sort) { say(left.dataset.cannot); return; }
start.hidden = false;
$("[data-file]").hidden = true;
let recorder = null, until = 0, ticking = 0;
const tick = () => {
  const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  say(left.dataset.left.replace("{}", Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0")));
  if (!seconds) recorder.stop();
};
const send = async (parts) => {
  say(left.dataset.look);
  const data = new FormData(form);
  data.delete("file");
  data.append("file", new Blob(parts, {type: sort}), "voice");
  const answer = await fetch(form.action, {method: "POST", body: data, credentials: "same-origin"});
  if (answer.ok) { location.href = form.dataset.voice; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const wrong = page.querySelector("main .notice:not(#stale)");
  say(wrong ? wrong.textContent : left.dataset.cannot);
  start.hidden = false;
};
start.onclick = async () => {
  let sound;
  try { sound = await navigator.mediaDevices.getUserMedia({audio: true}); }
  catch (error) { say(left.dataset.refused); return; }
  const parts = [];
  recorder = new MediaRecorder(sound, {mimeType: sort, audioBitsPerSecond: 32000});
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    clearInterval(ticking);
    sound.getTracks().forEach((track) => track.stop());
    stop.hidden = true;
    send(parts);
  };
  recorder.start();
  until = Date.now() + form.dataset.seconds * 1000;
  ticking = setInterval(tick, 250);
  tick();
  start.hidden = true;
  stop.hidden = false;
  stop.focus();
};
stop.onclick = () => recorder.stop();
})();
