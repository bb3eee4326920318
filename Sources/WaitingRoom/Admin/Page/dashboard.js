'use strict';
(() => {
  const secondsMax = 600;
  const byId = (id) => document.getElementById(id);
  let guard = null, room = null, planned = null, timer = null, lastAt = 0;
  let columns = null;

  async function ask(path, body) {
    const options = { headers: { Accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store' };
    if (body !== undefined) {
      options.method = 'POST';
      options.body = JSON.stringify(body);
      options.headers['Content-Type'] = 'application/json';
      if (guard) options.headers['Waiting-Room-Guard'] = guard;
    }
    const answer = await fetch(path, options);
    const value = await answer.json().catch(() => ({}));
    if (answer.status === 401 && path !== '/login') { showLogin(); throw new Error('Please log in.'); }
    if (!answer.ok) throw new Error(value.detail || 'The answer was ' + answer.status + '.');
    return value;
  }

  // What was refused stays until something else is asked for; what ails the program, as long as it does.
  const troubles = { asked: null, program: null };
  function trouble(error, what = 'asked') {
    troubles[what] = error && (error.message || String(error));
    const text = Object.values(troubles).filter(Boolean).join(' '), place = byId('trouble');
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  }

  function showLogin() {
    clearTimeout(timer);
    guard = null;
    byId('login').hidden = false;
    for (const id of ['room', 'pick', 'logout']) byId(id).hidden = true;
    byId('who').textContent = '';
    trouble(null, 'program');
    byId('token').focus();
  }

  async function begin() {
    const session = await ask('/api/session');
    guard = session.guard;
    byId('who').textContent = session.name;
    byId('login').hidden = true;
    for (const id of ['room', 'pick', 'logout']) byId(id).hidden = false;
    const all = (await ask('/api/rooms')).rooms.map((each) => each.room);
    const wanted = decodeURIComponent(location.hash.slice(1));
    byId('rooms').replaceChildren(...all.map((name) => new Option(name, name)));
    await choose(all.includes(wanted) ? wanted : all[0]);
  }

  async function choose(name) {
    clearTimeout(timer);
    room = name;
    byId('rooms').value = name;
    location.hash = encodeURIComponent(name);
    leavePlan();
    columns = await ask(path('/history'));
    columns.away = columns.store.map((store) => (isAway(store) ? 1 : 0));
    lastAt = columns.at.length ? columns.at[columns.at.length - 1] : 0;
    await look();
  }

  const path = (rest) => '/api/rooms/' + encodeURIComponent(room) + rest;

  // Where the line is not in the store that it belongs in.
  const isAway = (store) => !/^(memory|primary)$/.test(store);

  async function look() {
    clearTimeout(timer);
    const asked = room;
    try {
      const now = await ask(path(''));
      if (asked !== room) return;
      note(now);
      show(now);
      const isAlone = 'The store does not answer: who waits keeps the place, nobody new is let in.';
      trouble(now.isCurrent ? null : isAlone, 'program');
    } catch (error) {
      trouble(error.message === 'Failed to fetch' ? 'The program does not answer.' : error, 'program');
    }
    if (guard) timer = setTimeout(look, 1000);
  }

  function note(now) {
    const at = Math.floor(Date.now() / 1000);
    if (at <= lastAt) return;
    lastAt = at;
    const sample = {
      at, waiting: now.waiting ?? null, admitted: now.admitted ? now.admitted.last1s : null, rate: now.ratePerSecond,
      active: now.active ?? null, cap: typeof now.maxActive === 'number' ? now.maxActive : null,
      promised: now.promise.lastPromisedSeconds, actual: now.promise.lastActualSeconds, originMs: now.origin.meanMs ?? null,
      originFailures: now.origin.failuresPerSecond ?? null, nodes: now.nodes.length, store: now.store.inUse, away: isAway(now.store.inUse) ? 1 : 0,
    };
    for (const [key, value] of Object.entries(sample)) {
      columns[key].push(value);
      if (columns[key].length > secondsMax) columns[key].shift();
    }
  }

  const number = (value) => (value === null || value === undefined ? '–' : Number(value).toLocaleString('en', { maximumFractionDigits: 1 }));
  const span = (seconds) => (seconds < 90 ? seconds + ' s' : seconds < 5400 ? Math.round(seconds / 60) + ' min'
    : Math.floor(seconds / 3600) + ' h ' + Math.round(seconds % 3600 / 60) + ' min');

  const moment = (text) => new Date(text).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });

  const between = (low, high) => (low === high ? low : low + ' to ' + high);

  function show(now) {
    const text = {
      phase: now.phase && now.phase !== now.state ? now.state + ', ' + now.phase : now.state, waiting: number(now.waiting),
      admitted: now.admitted && now.admitted.last10s !== null ? number(now.admitted.last10s / 10) : '–', rate: now.rate,
      active: number(now.active), cap: typeof now.maxActive === 'number' ? number(now.maxActive) : 'any number',
      wait: now.wait ? between(span(now.wait.low), span(now.wait.high)) : '–', store: now.store.inUse,
      nodes: now.nodes.length + (now.nodes.length === 1 ? ' node' : ' nodes'),
    };
    for (const [id, value] of Object.entries(text)) byId(id).textContent = value;
    byId('store').className = isAway(now.store.inUse) ? 'bad' : '';
    byId('nodes').title = now.nodes.join(', ');
    for (const button of document.querySelectorAll('[data-state]')) {
      button.setAttribute('aria-pressed', String(button.dataset.state === now.state));
    }
    const follows = now.adaptation;
    byId('adaptation').hidden = !follows;
    if (follows) {
      byId('adaptation').textContent = 'The rate, between ' + follows.min + ' and ' + follows.max + ' (configured ' + follows.configured
        + '), is ' + follows.says + (follows.since ? ', since ' + moment(follows.since) : '') + '. This process sees ' + follows.seen.slow
        + ' late and ' + follows.seen.failed + ' failed of ' + follows.seen.requests + ' requests.';
    }
    const fields = byId('change').elements;
    for (const [name, value] of [['rate', now.rate], ['burst', now.burst], ['max_active', now.maxActive]]) fields[name].placeholder = value;
    showLive(now.controls.live);
    chart('waiting', 'waiting');
    chart('admitted', 'admitted', 'rate');
    chart('active', 'active', 'cap');
    chart('wait', 'actual', 'promised');
    chart('origin', 'originMs', 'originFailures');
    chart('nodes', 'nodes', 'away');
  }

  let shownLive = '';
  function showLive(live) {
    const text = JSON.stringify(live);
    if (text === shownLive) return;
    shownLive = text;
    const rows = Object.entries(live).map(([key, item]) => {
      const row = document.createElement('tr');
      const who = item.by ? 'by ' + item.by + ', ' + moment(item.at) : 'set on another node, or before this one began';
      for (const cell of [key, String(item.value), 'configured: ' + (item.configured ?? 'none'), who]) {
        row.insertCell().textContent = cell;
      }
      const back = document.createElement('button');
      back.type = 'button';
      back.textContent = 'Take back';
      back.setAttribute('aria-label', 'Take back ' + key);
      back.addEventListener('click', () => { trouble(null); plan({ [key]: null }); });
      row.insertCell().append(back);
      return row;
    });
    if (!rows.length) {
      const row = document.createElement('tr');
      row.insertCell().textContent = 'Nothing: the room is as configured.';
      rows.push(row);
    }
    byId('live').tBodies[0].replaceChildren(...rows);
  }

  const svgName = 'http' + '://www.w3.org/2000/svg';
  function chart(id, main, second) {
    const place = byId('chart-' + id);
    const [width, height, top] = [600, 100, 14];
    const rows = [main, second].filter(Boolean).map((key) => columns[key]);
    const most = Math.max(1, ...rows.flat().filter((value) => value !== null));
    place.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    place.setAttribute('preserveAspectRatio', 'none');
    const parts = rows.map((values, at) => {
      const line = document.createElementNS(svgName, 'polyline');
      line.setAttribute('class', at === 0 ? 'main' : 'second');
      const points = [];
      values.forEach((value, x) => {
        if (value === null) return;
        points.push((width - (values.length - 1 - x) * width / (secondsMax - 1)).toFixed(1) + ','
          + (height - 1 - (height - top) * value / most).toFixed(1));
      });
      line.setAttribute('points', points.join(' '));
      return line;
    });
    const title = document.createElementNS(svgName, 'title');
    const isKnown = rows.some((values) => values.some((value) => value !== null && value !== undefined));
    title.textContent = isKnown ? rows.map((values) => number(values[values.length - 1])).join(' against ') + ', at most ' + number(most)
      : 'nothing yet';
    const scale = place.parentNode.querySelector('small') || place.parentNode.appendChild(document.createElement('small'));
    scale.textContent = title.textContent;
    place.replaceChildren(title, ...parts);
  }

  // What is wanted is first asked for as a trial, and done when that has been read.
  async function plan(change) {
    planned = null;
    try {
      const trial = await ask(path('/controls?dry_run=1'), change);
      byId('says').textContent = Object.entries(change).map(([key, value]) => key + ' → ' + (value ?? 'as configured')).join(', ')
        + ': ' + trial.says + '.';
    } catch (error) {
      if (!/known of this room/.test(error.message)) { trouble(error); return; }
      byId('says').textContent = 'Nothing can be foreseen yet: ' + error.message + '.';
    }
    planned = change;
    byId('plan').hidden = false;
    byId('apply').focus();
  }

  function leavePlan() {
    planned = null;
    byId('plan').hidden = true;
  }

  function wanted(form) {
    const change = {};
    for (const input of form.elements) {
      if (input.name && input.value.trim()) change[input.name] = input.value.trim();
    }
    return change;
  }

  async function showTicket(ticket) {
    const found = await ask(path('/tickets/' + encodeURIComponent(ticket)));
    const events = found.events.map((event) => {
      const item = document.createElement('li');
      const time = document.createElement('time');
      time.dateTime = event.at;
      time.textContent = new Date(event.at).toLocaleTimeString();
      item.append(time, ' ' + event.what + ': ' + event.why);
      return item;
    });
    byId('timeline').replaceChildren(...events);
    const now = found.now.map((each) => Object.entries(each).map(([key, value]) => key + ' ' + value).join(', '));
    byId('present').textContent = (now.length ? 'Now: ' + now.join('; ') + '. ' : events.length ? '' : 'Nothing is known of it here. ')
      + 'Only what this process has seen.';
  }

  function on(id, event, work) {
    byId(id).addEventListener(event, async (happening) => {
      happening.preventDefault();
      try { trouble(null); await work(happening); } catch (error) { trouble(error); }
    });
  }

  on('login', 'submit', async () => {
    const session = await ask('/login', { token: byId('token').value.trim() });
    byId('token').value = '';
    guard = session.guard;
    await begin();
  });
  on('logout', 'click', async () => { await ask('/logout', {}); showLogin(); });
  on('rooms', 'change', () => choose(byId('rooms').value));
  on('change', 'submit', async (event) => {
    const change = wanted(event.target);
    if (!Object.keys(change).length) throw new Error('Fill in what is to be changed.');
    await plan(change);
  });
  on('apply', 'click', async () => {
    const answer = await ask(path('/controls'), planned);
    leavePlan();
    byId('change').reset();
    if (!answer.applied) throw new Error('Not in force yet: ' + answer.note + '.');
    await look();
  });
  on('drop', 'click', leavePlan);
  on('find', 'submit', (event) => showTicket(event.target.elements.ticket.value.trim()));
  on('revoke', 'click', async () => {
    const ticket = byId('find').elements.ticket.value.trim();
    if (!ticket) throw new Error('Which ticket?');
    await ask(path('/revoke'), { ticket, for: '1h' });
    await showTicket(ticket);
  });
  for (const button of document.querySelectorAll('[data-state]')) {
    button.addEventListener('click', () => { trouble(null); plan({ state: button.dataset.state }); });
  }
  begin().catch((error) => { if (byId('login').hidden) trouble(error); });
})();
