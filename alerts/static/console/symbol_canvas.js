// A canvas over the chart that draws itself anew when the chart has come to rest; while it moves, it moves along.

/**
 * `draw(context, view)` paints: `view` has `place(x, y)` (mercator to pixels of the canvas), `box` (mercator that the
 * canvas covers), `zoom`, and `metres(metres, y)` (pixels). `lastMs` tells how long the last painting took.
 */
export const SymbolCanvas = L.Renderer.extend({
  options: { padding: 0.25, draw: () => {} },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const dense = Math.min(devicePixelRatio || 1, 2);
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    canvas.width = Math.round(size.x * dense);
    canvas.height = Math.round(size.y * dense);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    this._context.setTransform(dense, 0, 0, dense, 0, 0);
    this.paint();
  },

  /** Paint what there is now. */
  paint() {
    if (!this._map || !this._bounds) return;
    const started = performance.now();
    const size = this._bounds.getSize();
    this._context.clearRect(0, 0, size.x, size.y);
    this.options.draw(this._context, this.view());
    this.lastMs = performance.now() - started;
  },

  /** How mercator and the canvas's pixels hang together now. */
  view() {
    const zoom = this._map.getZoom();
    const world = 256 * 2 ** zoom;
    const origin = this._map.getPixelOrigin().add(this._bounds.min);
    const size = this._bounds.getSize();
    return {
      zoom,
      place: (x, y) => [x * world - origin.x, y * world - origin.y],
      box: [origin.x / world, origin.y / world, (origin.x + size.x) / world, (origin.y + size.y) / world],
      metres: (metres, y) => (metres * world) / (40075016.7 / Math.cosh(Math.PI * (1 - 2 * y))),
    };
  },

  /** A place of the map's container ([x, y]) on the canvas. */
  onCanvas(point) {
    const at = this._map.containerPointToLayerPoint(point).subtract(this._bounds.min);
    return [at.x, at.y];
  },
});

/** The colour of a token of console.css as it is now. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#888";
}
