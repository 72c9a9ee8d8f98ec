// SPDX-License-Identifier: AGPL-3.0-or-later
// The page works without this. It adds: live regions, finding as one types, kept drafts, the countdown, the keyboard.
(() => {
"use strict";
const $ = (what, root = document) => root.querySelector(what);
const $$ = (what, root = document) => [...root.querySelectorAll(what)];
const body = document.body, note = $("#note");
const FIELDS = "textarea,input:not([type=hidden])";
const STOPS = "a[href],button,input,textarea,select,summary";

/* A tab whose Edgewise is gone says so, and keeps what was typed. */
let lost = false, misses = 0;
const stale = (gone) => {
  lost = gone;
  const box = $("#stale");
  if (box) box.hidden = !gone;
};
const heard = (answer) => {
  misses = 0;
  if ([401, 403, 404, 410].includes(answer.status)) stale(true);
  else if (lost && answer.ok) stale(false);
  return answer;
};
const missed = () => { if (++misses > 2) stale(true); };

/* Live regions: "something changed" makes the page fetch itself again and swap what differs. */
const typed = (field) => field.type === "radio" || field.type === "checkbox"
  ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
const busy = (part) => $$("audio", part).some((sound) => !sound.paused) || $$(FIELDS, part).some((field) => field === document.activeElement || typed(field));
const carry = (was, now) => {
  const open = $$("details", was);
  $$("details", now).forEach((d, i) => { if (open[i] && open[i].open) d.open = true; });
  if (!was.contains(document.activeElement)) return null;
  if (was === document.activeElement) return () => now.focus({preventScroll: true});
  const at = document.activeElement, stop = $$(STOPS, was).indexOf(at), stops = $$(STOPS, now);
  const next = stops.find((e) => e.outerHTML === at.outerHTML) || stops[stop] || now;
  return () => next.focus({preventScroll: true});
};
const swap = (old, fresh) => {
  const had = new Map([...old.children].filter((c) => c.id).map((c) => [c.id, c]));
  const loose = [...old.children].filter((c) => !c.id);
  const after = [];
  let added = false;
  const next = [...fresh.children].map((part) => {
    if (!part.id) {
      const same = loose.findIndex((c) => c.isEqualNode(part));
      return same < 0 ? part : loose.splice(same, 1)[0];
    }
    const was = had.get(part.id);
    if (!was) { added = true; return part; }
    if (was.isEqualNode(part) || busy(was)) return was;
    const back = carry(was, part);
    if (back) after.push(back);
    part.classList.remove("new");
    return part;
  });
  for (const child of [...old.children]) if (!next.includes(child)) child.remove();
  let at = old.firstElementChild;
  for (const part of next) {
    if (part === at) at = at.nextElementSibling;
    else old.insertBefore(part, at);
  }
  after.forEach((back) => back());
  return added;
};
let running = false, again = false;
const changed = async () => {
  if (running) { again = true; return; }
  running = true;
  const regions = $$("[data-live][id]");
  for (const url of new Set(regions.map((r) => r.dataset.live || location.href))) {
    try {
      const answer = heard(await fetch(url, {headers: {"X-Edgewise-Live": "1"}, credentials: "same-origin"}));
      if (!answer.ok) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      let added = false;
      for (const region of regions) {
        if ((region.dataset.live || location.href) !== url) continue;
        const fresh = page.getElementById(region.id);
        if (fresh && swap(region, fresh)) added = true;
      }
      if (page.title) document.title = page.title;
      if (added && note) note.textContent = note.dataset.new;
    } catch (error) { missed(); }
  }
  running = false;
  count();
  if (again) { again = false; changed(); }
};
let soon = 0;
const stir = () => { clearTimeout(soon); soon = setTimeout(changed, 60); };
const events = body.dataset.events;
if (events && window.EventSource) {
  const channel = window.BroadcastChannel ? new BroadcastChannel("edgewise " + events) : null;
  if (channel) channel.onmessage = stir;
  const listen = () => {
    const source = new EventSource(events);
    source.onopen = () => { misses = 0; stale(false); stir(); };
    source.onmessage = () => { stir(); if (channel) channel.postMessage(1); };
    source.onerror = () => {
      missed();
      if (source.readyState === 2) { stale(true); setTimeout(listen, 10000); }
    };
  };
  /* A browser opens six connections to one place: of many tabs only one listens for all. */
  if (channel && navigator.locks) navigator.locks.request("edgewise " + events, () => { listen(); return new Promise(() => {}); });
  else listen();
  stir(); /* what changed between the drawing of this page and now */
  document.addEventListener("visibilitychange", () => { if (!document.hidden) stir(); });
}

/* Find as one types: the address follows the form, and the live regions follow the address. */
const asks = $("form[data-asks]");
let pause = 0;
if (asks) asks.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    history.replaceState(null, "", asks.action + "?" + new URLSearchParams(new FormData(asks)));
    stir();
  }, 120);
});

/* Drafts: every 2 s what changed goes to the node, until the form is sent. */
const kept = new WeakMap(), sent = new WeakSet(), going = new WeakMap();
const keep = async (field, leaving) => {
  const form = field.form, text = new URLSearchParams(new FormData(form)).toString();
  if (!kept.has(field)) { kept.set(field, text); if (!typed(field)) return; }
  else if (kept.get(field) === text) return;
  if (sent.has(form)) return;
  kept.set(field, text);
  const stop = new AbortController();
  going.set(form, stop);
  try {
    const answer = heard(await fetch(field.dataset.draft, {method: "POST", body: new URLSearchParams(text),
      credentials: "same-origin", keepalive: leaving && text.length < 60000, signal: stop.signal}));
    if (!answer.ok) throw new Error(answer.status);
    const said = $("[data-kept]", form);
    if (said && note) said.textContent = note.dataset.kept;
  } catch (error) {
    if (stop.signal.aborted) return;
    kept.set(field, "");
    missed();
  }
};
const keepAll = (leaving) => $$("textarea[data-draft]").forEach((field) => keep(field, leaving));
keepAll(false);
setInterval(() => keepAll(false), 2000);
addEventListener("pagehide", () => keepAll(true));
addEventListener("pageshow", (event) => { if (event.persisted) { stir(); $$("form").forEach((f) => sent.delete(f)); } });
document.addEventListener("submit", (event) => {
  if (lost) { event.preventDefault(); $("#stale").scrollIntoView(); return; }
  sent.add(event.target);
  const stop = going.get(event.target);
  if (stop) stop.abort();
});

/* The chip shows the audience that was chosen. */
const chip = (radio) => {
  const box = radio.closest(".chooser"), words = box && $("[data-chip]", box);
  if (!words) return;
  words.textContent = radio.dataset.label;
  words.parentElement.classList.toggle("all", "all" in radio.dataset);
};
document.addEventListener("change", (event) => { if (event.target.name === "audience") chip(event.target); });
document.addEventListener("click", (event) => {
  const box = event.target.name === "audience" && event.target.closest(".chooser");
  if (box && event.detail > 0) box.open = false;
  $$(".places details[open]").forEach((d) => { if (!d.contains(event.target)) d.open = false; });
});
$$(".chooser input:checked").forEach(chip);

/* "Leaves in 8 s": the seconds count down; at the end the page looks again. */
let ticking = 0;
const count = () => {
  clearTimeout(ticking);
  const spans = $$("[data-until]");
  for (const span of spans) {
    const left = Math.ceil((span.dataset.until - Date.now()) / 1000);
    if (left > 0) span.textContent = span.dataset.words.replace("{}", left);
    else if (!span.dataset.done) { span.dataset.done = "1"; setTimeout(stir, 400); }
  }
  if (spans.some((span) => !span.dataset.done)) ticking = setTimeout(count, 500);
};
count();

/* The keyboard. Single letters can be switched off; Ctrl+Enter stays. */
const move = (step) => {
  const stops = $$("main .post,main form.ask,main .rows>li").filter((e) => e.offsetParent);
  const here = stops.findIndex((e) => e === document.activeElement);
  const inside = here < 0 ? stops.findLastIndex((e) => e.contains(document.activeElement)) : here;
  const next = stops[Math.min(Math.max(inside + step, 0), stops.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({preventScroll: true});
  next.scrollIntoView({block: "nearest"});
};
const focus = (what) => { const found = $(what); if (found) { found.focus(); found.scrollIntoView({block: "nearest"}); } };
const letters = {
  "/": () => focus("[data-find]"), n: () => focus("[data-say]"), e: () => focus("form.ask button"),
  j: () => move(1), k: () => move(-1),
  "?": () => { const list = $("#keymap"); if (list) { list.open = true; focus("#keymap summary"); } },
};
document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at.form && at.tagName === "TEXTAREA") {
    event.preventDefault();
    at.form.requestSubmit();
    return;
  }
  if (event.key === "Escape") $$("details.chooser[open],.places details[open]").forEach((d) => { d.open = false; });
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || at.matches(FIELDS + ",select")) return;
  const act = "lettersOff" in body.dataset ? null : letters[event.key];
  if (act) { event.preventDefault(); act(); }
});
})();
