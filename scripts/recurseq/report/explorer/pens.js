// Two pens with the same strokes: one draws on a canvas, one writes SVG. So what is saved is what
// is seen.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";

const ratioNow = () => window.devicePixelRatio || 1;
const pixelsOf = ({ clientWidth, clientHeight }) =>
  [clientWidth, clientHeight].map((side) => Math.round(side * ratioNow()));

// Whether a canvas was made ready for the size that it has now.
export function fits(canvas) {
  const [width, height] = pixelsOf(canvas);
  return canvas.width === width && canvas.height === height;
}

// Tells of each point whether it is the first on its pixel; others of its colour would not be seen.
function places(width, height) {
  const across = Math.ceil(width) + 1;
  const taken = new Uint8Array(across * (Math.ceil(height) + 1));
  return (x, y) => {
    const place = Math.floor(y) * across + Math.floor(x);
    return taken[place] === 0 && (taken[place] = 1) === 1;
  };
}

// A canvas made ready for its size on the screen.
export function canvasPen(canvas) {
  const ratio = ratioNow();
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  [canvas.width, canvas.height] = pixelsOf(canvas);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  return {
    width,
    height,
    // Points as a flat list x, y, x, y.
    dots(points, radius, colour, ring = false) {
      context.fillStyle = colour;
      context.strokeStyle = colour;
      if (radius < 2 && !ring) {
        const [side, half] = [2 * radius, radius];
        const isFree = places(width, height);
        for (let k = 0; k < points.length; k += 2) {
          const [x, y] = [points[k], points[k + 1]];
          if (isFree(x, y)) context.fillRect(x - half, y - half, side, side);
        }
        return;
      }
      context.lineWidth = 1.8;
      for (let k = 0; k < points.length; k += 2) {
        context.beginPath();
        context.arc(points[k], points[k + 1], radius, 0, 2 * Math.PI);
        if (ring) context.stroke();
        else context.fill();
      }
    },
    shape(points, colour) {
      context.fillStyle = colour;
      context.beginPath();
      for (let k = 0; k < points.length; k += 2) context.lineTo(points[k], points[k + 1]);
      context.closePath();
      context.fill();
    },
    line(x1, y1, x2, y2, colour, { width: thick = 1, dash = [] } = {}) {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.setLineDash(dash);
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
      context.setLineDash([]);
    },
    text(x, y, words, colour, { anchor = "start", size = 12, bold = false, turned = false } = {}) {
      context.save();
      context.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
      context.fillStyle = colour;
      context.textAlign = anchor === "middle" ? "center" : anchor;
      context.translate(x, y);
      if (turned) context.rotate(-Math.PI / 2);
      context.fillText(words, 0, 0);
      context.restore();
    },
  };
}

const escaped = (text) => text.replace(/[&<>"']/g, (one) => `&#${one.codePointAt(0)};`)
  // What XML 1.0 knows no way to write.
  .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
const short = (x) => String(Math.round(x * 10) / 10);

// Collects the strokes; `source()` is the file.
export function svgPen(width, height, background) {
  const parts = [];
  return {
    width,
    height,
    dots(points, radius, colour, ring = false) {
      if (ring) {
        for (let k = 0; k < points.length; k += 2) {
          parts.push(`<circle cx="${short(points[k])}" cy="${short(points[k + 1])}" r="${radius}" `
            + `fill="none" stroke="${colour}" stroke-width="1.8"/>`);
        }
        return;
      }
      let path = "";
      for (let k = 0; k < points.length; k += 2) {
        path += `M${short(points[k])} ${short(points[k + 1])}h0`;
      }
      if (path) {
        parts.push(`<path d="${path}" stroke="${colour}" stroke-width="${2 * radius}" `
          + 'stroke-linecap="round" fill="none"/>');
      }
    },
    shape(points, colour) {
      parts.push(`<polygon points="${Array.from(points, short).join(" ")}" fill="${colour}"/>`);
    },
    line(x1, y1, x2, y2, colour, { width: thick = 1, dash = [] } = {}) {
      const dashes = dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : "";
      parts.push(`<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" `
        + `stroke="${colour}" stroke-width="${thick}"${dashes}/>`);
    },
    text(x, y, words, colour, { anchor = "start", size = 12, bold = false, turned = false } = {}) {
      const turn = turned ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : "";
      parts.push(`<text x="${short(x)}" y="${short(y)}" fill="${colour}" font-size="${size}" `
        + `text-anchor="${anchor}"${bold ? ' font-weight="600"' : ""}${turn}>`
        + `${escaped(words)}</text>`);
    },
    source() {
      return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" `
        + `width="${width}" height="${height}" font-family="${FONT.replaceAll("'", "")}">`
        + `<rect width="100%" height="100%" fill="${background}"/>${parts.join("")}</svg>\n`;
    },
  };
}

// Colours of the page, as they are now: light or dark.
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), up: of("--up"),
    down: of("--down"), paper: of("--paper"), faint: of("--point") };
}
