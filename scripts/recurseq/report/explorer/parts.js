// Pieces of the page. Texts are set as text, never as HTML.

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "role") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A property that is made when it is first asked for.
export function lazily(object, name, make) {
  Object.defineProperty(object, name, { configurable: true, enumerable: true, get() {
    const value = make();
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true });
    return value;
  } });
}

// Show words beside the pointer over a canvas, to the side with more room; no words hide the hint.
export function tellBeside(hint, words, event, canvas) {
  hint.hidden = !words;
  if (!words) return;
  hint.textContent = words;
  const left = canvas.offsetLeft + event.offsetX;
  const isLeft = event.offsetX < canvas.clientWidth / 2;
  hint.style.top = `${canvas.offsetTop + event.offsetY + 14}px`;
  hint.style.left = isLeft ? `${left + 8}px` : "";
  hint.style.right = isLeft ? "" : `${canvas.offsetParent.clientWidth - left + 8}px`;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
