(() => {
  'use strict';
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent), texts = JSON.parse($('texts').textContent);
  const lang = document.documentElement.lang, title = document.title, room = $('room');
  const say = (key, values = {}) => (texts[key] || '').replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = n => n.toLocaleString('en');
  const skew = data.at * 1000 - Date.now();
  const key = 'wr:' + data.room;
  const goAfterMs = 5000, failureMaxMs = 30000, answerMaxMs = 10000, sayEveryMs = 30000, keepMs = 6 * 3600e3;

  // A template of an operator's own may lack any of these.
  const set = (id, text) => { const it = $(id); if (it && it.textContent !== text) it.textContent = text; };
  const show = (id, isShown) => { const it = $(id); if (it) it.hidden = !isShown; };
  const kept = {
    get(name) { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, JSON.stringify(value)); } catch {} },
    drop(name) { try { localStorage.removeItem(name); } catch {} },
  };

  // Timers of a hidden tab are held back for up to a minute, those of a worker are not.
  let due = () => {}, worker = null, timer = 0;
  try {
    const code = 'let t;onmessage=e=>{clearTimeout(t);t=setTimeout(postMessage,e.data,0)}';
    worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    worker.onmessage = () => due();
    worker.onerror = () => { worker = null; wait(2000, due); };
  } catch {}
  const wait = (ms, then) => {
    due = then;
    clearTimeout(timer);
    if (worker) worker.postMessage(ms); else timer = setTimeout(() => due(), ms);
  };

  // What is shown.
  const words = range => {
    if (!range) return say('wait.unknown');
    if (range.high <= 60) return say('wait.short');
    if (range.high <= 5400) {
      const a = Math.max(1, Math.floor(range.low / 60)), b = Math.ceil(range.high / 60);
      return a < b ? say('wait.minutes', { a, b }) : say('wait.about', { a });
    }
    const a = Math.max(.5, Math.floor(range.low / 1800) / 2), b = Math.ceil(range.high / 1800) / 2;
    return a < b ? say('wait.hours', { a, b }) : say('wait.about.hours', { a });
  };
  // Servers are a moment apart: a place that grows by as little is the one that was shown. Another ticket begins another way.
  const advance = (id, place) => {
    const now = Date.now();
    let way = kept.get(key);
    const goesOn = way && way.id === id && way.last * 1.05 + 100 >= place && now - way.seen <= keepMs;
    if (!goesOn) way = { id, start: place, far: 0, last: place };
    place = Math.min(place, way.last);
    way.far = Math.max(way.far, 1 - place / way.start);
    kept.set(key, { ...way, last: place, seen: now });
    const bar = $('progress');
    if (bar) {
      bar.hidden = false;
      bar.value = Math.round(20 + way.far * 980);
    }
    return place;
  };
  let shown = {}, rejoined = data.now.rejoined, said = { at: 0, place: 0 };
  const announce = now => {
    const time = Date.now();
    const isElsewhere = now.id && shown.id && now.id !== shown.id;
    if (now.state !== shown.state || isElsewhere) {
      const why = now.rejoined ? ` ${say('rejoined.' + now.rejoined)}` : '';
      if (shown.state) set('said', `${say('headline.' + now.state)}.${why} ${say('next.' + now.state)}`);
      said = { at: time, place: now.position || 0 };
    } else if (now.message && now.message !== shown.message) {
      set('said', now.message);
    } else if (now.position && time - said.at >= sayEveryMs && now.position <= said.place * .9) {
      set('said', say('said.place', { n: number(now.position), w: words(now.waitSeconds) }));
      said = { at: time, place: now.position };
    }
  };
  const count = () => {
    const left = Math.max(0, Math.ceil(shown.opensAt - (Date.now() + skew) / 1000));
    const two = n => String(n).padStart(2, '0');
    const days = Math.floor(left / 86400), hours = Math.floor(left / 3600) % 24;
    set('count', days ? say('days', { d: days, h: hours }) : `${two(hours)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`);
  };
  const render = now => {
    rejoined = now.rejoined || rejoined;
    const place = now.position && advance(now.id, now.position);
    room.dataset.state = now.state;
    set('headline', say('headline.' + now.state));
    set('next', say('next.' + now.state));
    set('message', now.message || '');
    set('notice', [rejoined && say('rejoined.' + rejoined), data.resend && say('resend')].filter(Boolean).join('\n'));
    set('place', place ? number(place) : '');
    set('behind', now.behind > 0 ? number(now.behind) : '');
    set('wait', now.state === 'waiting' ? words(now.waitSeconds) : '');
    announce(place ? { ...now, position: place } : now);
    document.title = place ? `(${number(place)}) ${title}` : title;
    shown = now;
    if (now.opensAt) {
      set('opens', new Date(now.opensAt * 1000).toLocaleString(lang, { dateStyle: 'full', timeStyle: 'short' }));
      count();
    }
  };
  const lost = isLost => {
    const it = $('link');
    if (!it) return;
    it.hidden = false;
    it.toggleAttribute('data-lost', isLost);
    const text = say(isLost ? 'offline' : 'fresh');
    if (it.textContent === text) return;
    it.textContent = text;
    if (isLost || failures) set('said', text);
  };

  // How it goes on.
  let failures = 0, isAsking = false, isOver = false, askedAt = 0, hasTicket = false;
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(key) : null;
  const fetched = async (url, method, signal) => {
    const answer = await fetch(url, { method, signal, cache: 'no-store', headers: { Accept: 'application/json' } });
    if (answer.ok || answer.status === 401) return answer;
    throw { afterMs: 1000 * Number(answer.headers.get('Retry-After')) };
  };
  const poll = async () => {
    if (isAsking || isOver) return;
    isAsking = true;
    askedAt = Date.now();
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), answerMaxMs);
    try {
      let answer = await fetched(data.status, 'GET', stop.signal);
      // Whoever has no ticket yet asks for one; but not for another when it was not kept, which would go on for ever.
      if (answer.status === 401 && (hasTicket || !navigator.cookieEnabled)) {
        set('notice', say('cookies'));
        return wait(failureMaxMs, poll);
      }
      if (answer.status === 401) answer = await fetched(data.enter, 'POST', stop.signal);
      if (!answer.ok) throw {};
      const { token, ticket, ...now } = await answer.json();
      hasTicket = hasTicket || !!ticket;
      if (channel) channel.postMessage(now);
      lost(false);
      failures = 0;
      wait(now.pollAfterMs, poll);
      take(now);
    } catch (trouble) {
      failures += 1;
      lost(true);
      const backoff = Math.min(failureMaxMs, 1000 * 2 ** failures) * (.5 + Math.random() / 2);
      wait(Math.max(trouble.afterMs || 0, backoff), poll);
    } finally {
      clearTimeout(limit);
      isAsking = false;
    }
  };
  const take = now => {
    if (isOver) return;
    render(now);
    if (!now.canEnter) return;
    isOver = true;
    kept.drop(key);
    if (now.state === 'open') return go();
    summon();
    const end = Date.now() + goAfterMs;
    const tick = () => set('entering', say('entering', { n: Math.max(0, Math.ceil((end - Date.now()) / 1000)) }));
    tick();
    setInterval(tick, 500);
    wait(goAfterMs, go);
  };
  const summon = () => {
    document.title = `${say('headline.admitted')} – ${title}`;
    set('shout', `${say('headline.admitted')}. ${say('enter')}`);
    show('door', true);
    chime();
    if (kept.get('wr:notify') && window.Notification && Notification.permission === 'granted') {
      try {
        new Notification(say('headline.admitted'), { body: title, tag: key, lang }).onclick = () => window.focus();
      } catch {}
    }
  };
  const go = () => {
    // The same address again, which would be a jump within the page if it had a fragment. What a form had sent is not sent again.
    if (location.hash && !data.resend) location.reload(); else location.replace(location.href.split('#')[0]);
  };
  if (channel) channel.onmessage = event => {
    if (isOver) return;
    const now = event.data;
    lost(false);
    failures = 0;
    if (!now.canEnter) {
      // The tab that asks asks for all.
      wait(now.pollAfterMs + 500 + Math.random() * 1000, poll);
      return render(now);
    }
    isOver = true;
    render(now);
    set('next', say('elsewhere'));
    document.title = `${say('headline.admitted')} – ${title}`;
    show('door', true);
  };
  addEventListener('online', () => wait(Math.random() * 1000, poll));
  addEventListener('offline', () => { failures += 1; lost(true); });
  addEventListener('pageshow', event => { if (event.persisted) poll(); });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !isOver && Date.now() - askedAt > 2000) poll();
  });
  setInterval(() => { if (shown.opensAt) count(); }, 1000);

  // What is wished for.
  let audio = null;
  const listen = () => { try { audio = audio || new AudioContext(); audio.resume(); } catch {} };
  const note = (pitch, at) => {
    const tone = audio.createOscillator(), volume = audio.createGain(), start = audio.currentTime + at;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(.0001, start);
    volume.gain.exponentialRampToValueAtTime(.25, start + .02);
    volume.gain.exponentialRampToValueAtTime(.0001, start + .45);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + .5);
  };
  const chime = (times = 3) => {
    if (!kept.get('wr:sound') || !audio) return;
    for (let at = 0; at < times; at += 1) { note(660, at * 1.2); note(880, at * 1.2 + .2); }
  };
  const toggle = (id, wish) => {
    const it = $(id);
    if (it) it.setAttribute('aria-checked', String(!!kept.get(wish)));
  };
  const press = (id, action) => { const it = $(id); if (it) it.addEventListener('click', action); };
  press('enter', go);
  press('sound', () => {
    kept.set('wr:sound', !kept.get('wr:sound'));
    toggle('sound', 'wr:sound');
    listen();
    chime(1);
  });
  press('notify', async () => {
    const isGranted = await Notification.requestPermission() === 'granted';
    kept.set('wr:notify', isGranted && !kept.get('wr:notify'));
    toggle('notify', 'wr:notify');
    if (!isGranted) $('notify').firstElementChild.textContent = say('notify.denied');
  });
  // A sound may be made only after a touch.
  if (kept.get('wr:sound')) addEventListener('pointerdown', listen, { once: true });
  toggle('sound', 'wr:sound');
  toggle('notify', 'wr:notify');
  show('wishes', true);
  show('notify', window.isSecureContext && 'Notification' in window && Notification.permission !== 'denied');
  for (const link of document.querySelectorAll('a[hreflang]')) {
    link.addEventListener('click', event => {
      event.preventDefault();
      const secure = location.protocol === 'https:' ? ';secure' : '';
      document.cookie = `wr_lang=${link.hreflang};path=/;max-age=31536000;samesite=lax${secure}`;
      if (data.resend) go(); else location.reload();
    });
  }

  lost(false);
  render(data.now);
  wait(data.now.pollAfterMs, poll);
})();
