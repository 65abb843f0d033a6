// Draws what is granted to what: a column for each step, from left to right.
import { html } from './html.js';

const box = { width: 180, height: 28, gapX: 90, gapY: 14 };

/** The column of each node: after all nodes that lead to it. Circles end the walk. */
function columnsOf({ nodes, edges }) {
  const columns = nodes.map(() => 0);
  for (let round = 0; round < Math.min(nodes.length, 12); round++) {
    for (const { from, to } of edges) {
      if (from !== to && columns[to] <= columns[from] && columns[from] < 11) columns[to] = columns[from] + 1;
    }
  }
  return columns;
}

export function Graph({ graph, linkOf }) {
  const columns = columnsOf(graph);
  const heights = [];
  const places = columns.map((column) => {
    heights[column] = (heights[column] ?? -1) + 1;
    return { x: column * (box.width + box.gapX) + 1, y: heights[column] * (box.height + box.gapY) + 1 };
  });
  const width = Math.max(...places.map(({ x }) => x)) + box.width + 1;
  const height = Math.max(...places.map(({ y }) => y)) + box.height + 1;
  return html`<div class="scroll" role="region" aria-label="Graph of nested groups" tabindex="0">
    <svg class="graph" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-label="Nested groups">
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
          <path class="head" d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      ${graph.edges.map(({ from, to, slug }) => {
        const [a, b] = [places[from], places[to]];
        const start = `${a.x + box.width} ${a.y + box.height / 2}`;
        const end = `${b.x} ${b.y + box.height / 2}`;
        const bend = box.gapX / 2;
        const d = `M${start} C${a.x + box.width + bend} ${a.y + box.height / 2} ${b.x - bend} ${b.y + box.height / 2} ${end}`;
        return html`<path class="edge" d=${d} marker-end="url(#arrow)"><title>${graph.nodes[from].name} has ${slug} of ${graph.nodes[to].name}</title></path>`;
      })}
      ${graph.nodes.map(
        (node, i) => html`<a href=${linkOf(node)}>
          <rect class="node" x=${places[i].x} y=${places[i].y} width=${box.width} height=${box.height} rx="6" />
          <text x=${places[i].x + 10} y=${places[i].y + 19}>${cut(node.name)}</text>
          <title>${node.name} (${node.type})</title>
        </a>`,
      )}
    </svg>
  </div>`;
}

const cut = (text) => (text.length > 22 ? `${text.slice(0, 21)}…` : text);
