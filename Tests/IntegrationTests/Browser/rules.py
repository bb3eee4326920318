"""What holds for everything that people use: contrast, names, targets, headings, and that all of it is to be seen."""

FAULTS = r"""
  const faults = [], fault = (it, what) => faults.push(`${it.tagName}#${it.id} ${what}`);
  const isSeen = it => it.checkVisibility({ visibilityProperty: true }) && !it.closest('.unseen');
  const all = [...document.body.querySelectorAll('*')];
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = color => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const part = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    return .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  };
  const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const ground = it => {
    for (; it; it = it.parentElement) {
      const color = rgba(getComputedStyle(it).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  for (const it of all.filter(isSeen)) {
    const hasText = !(it instanceof SVGElement) && [...it.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (hasText) {
      const style = getComputedStyle(it), size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
      const found = ratio(rgba(style.color), ground(it));
      if (found < (isLarge ? 3 : 4.5)) fault(it, `has contrast ${found.toFixed(2)}`);
      if (size < 14) fault(it, `is written in ${size} px`);
    }
    if (it.matches('button, a[href]')) {
      const box = it.getBoundingClientRect();
      if (box.width < 24 || box.height < 24) fault(it, `is a target of ${box.width} by ${box.height}`);
      if (!it.textContent.trim()) fault(it, 'has no name');
    }
    if (it.matches('input, select')) {
      if (!it.labels.length || !it.labels[0].textContent.trim()) fault(it, 'has no name');
      const found = ratio(rgba(getComputedStyle(it).borderTopColor), ground(it.parentElement));
      if (found < 3) fault(it, `has an edge of contrast ${found.toFixed(2)}`);
    }
    if (it.matches('[role=img], [role=group]') && !it.getAttribute('aria-label')) fault(it, 'has no name');
    if (it.matches('progress') && !it.getAttribute('aria-label')) fault(it, 'has no name');
    if (it.matches('nav, section[aria-label]') && !it.getAttribute('aria-label')) fault(it, 'has no name');
    const by = it.getAttribute('aria-labelledby');
    if (by && !document.getElementById(by)?.textContent) fault(it, 'is named by nothing');
  }
  const ids = all.map(it => it.id).filter(Boolean);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`id ${id} is there twice`);
  for (const one of ['body > header', 'body > main', 'h1']) {
    if (document.querySelectorAll(one).length !== 1) faults.push(`not one ${one}`);
  }
  const levels = all.filter(it => isSeen(it) && /^H[1-6]$/.test(it.tagName)).map(it => Number(it.tagName[1]));
  if (levels[0] !== 1 || levels.some((n, at) => at && n > levels[at - 1] + 1)) faults.push(`headings ${levels}`);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`is ${scrollWidth} wide in ${clientWidth}`);
  if (/[{}]|undefined|null|NaN/.test(document.body.innerText)) faults.push(`reads ${document.body.innerText}`);
"""


def faults(tab, more=""):
    """`more`: further statements that add to `faults`."""
    return tab.value("(() => {" + FAULTS + more + "return faults; })()")
