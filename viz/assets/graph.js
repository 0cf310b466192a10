// The explorer: draws the network, and ties it to the panel, the filters and the tables.
// Every text goes through textContent: a label is data.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("graph-data").textContent);
  const words = data.texts;
  const find = (id) => document.getElementById(id);
  const canvas = find("canvas");
  document.documentElement.classList.add("script");
  if (typeof vis === "undefined") {
    document.documentElement.classList.remove("script");
    return;
  }

  // the network
  const nodes = new vis.DataSet(data.nodes);
  const edges = new vis.DataSet(data.edges.map((edge) => Object.assign({}, edge)));
  const network = new vis.Network(canvas, { nodes, edges }, data.options);
  const rows = Array.from(document.querySelectorAll("#node-rows tr"));
  const edgeRows = Array.from(document.querySelectorAll("#edge-rows tr"));
  const boxes = Array.from(document.querySelectorAll(".legend input"));
  const isNarrow = () => canvas.clientWidth < 600;

  function whole(animation) {
    network.fit({ animation });
    const least = isNarrow() ? 0.5 : 0.35;
    if (network.getScale() < least) {
      network.focus(data.centre, { scale: least, animation });
    } else if (network.getScale() > 1.25) {
      network.moveTo({ scale: 1.25, animation });
    }
    nameSoon();
  }

  function zoom(factor) {
    network.moveTo({ scale: network.getScale() * factor, animation: { duration: 150 } });
  }

  function nameEdges(shown) {
    edges.update(data.edges.map((edge) => ({ id: edge.id, label: shown ? edge.name : undefined })));
  }

  // names: all of them from near; from afar only those that have room, the nearest to the centre first
  const degree = {};
  for (const relation of data.relations) {
    degree[relation.from] = (degree[relation.from] || 0) + 1;
    degree[relation.to] = (degree[relation.to] || 0) + 1;
  }
  const ranked = data.nodes.slice().sort((a, b) =>
    a.distance - b.distance || (degree[b.id] || 0) - (degree[a.id] || 0));

  function labelBox(node, size) {
    const lines = node.label.split("\n");
    const width = Math.max(...lines.map((line) => line.length)) * size * 0.56;
    return { left: node.x - width / 2, right: node.x + width / 2,
             top: node.y + node.size, bottom: node.y + node.size + lines.length * size * 1.25 };
  }

  function overlap(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  function nameNodes() {
    const scale = network.getScale();
    const isNear = scale > 0.72;
    const size = isNear ? 13 : Math.min(11 / scale, 44);
    const growth = Math.max(1, Math.min(0.6 / scale, 2.4));
    const placed = [];
    const shapes = isNear ? [] : ranked.filter((node) => !nodes.get(node.id).hidden).map((node) => {
      const half = node.size * growth * 0.8;
      return { id: node.id, left: node.x - half, right: node.x + half, top: node.y - half, bottom: node.y + half };
    });
    nodes.update(ranked.map((node) => {
      const hidden = nodes.get(node.id).hidden;
      const box = labelBox(Object.assign({}, node, { size: node.size * growth }), size);
      const fits = !hidden && (isNear || node.distance === 0 || !placed.some((other) => overlap(box, other)) &&
        !shapes.some((shape) => shape.id !== node.id && overlap(box, shape)));
      if (fits) placed.push(box);
      return { id: node.id, size: node.size * growth, label: fits ? node.label : " ",
               font: { size } };
    }));
  }

  let waiting = 0;
  function nameSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(nameNodes, 90);
  }

  // the panel
  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function link(text, href, className) {
    if (!/^(https?:\/\/|\/(?!\/))/.test(href)) return make("span", text);
    const anchor = make("a", text, className);
    anchor.href = href;
    if (className === "outside") anchor.rel = "noopener noreferrer";
    return anchor;
  }

  function relationsOf(id, leaving) {
    const list = make("ul", "", "plain");
    for (const relation of data.relations) {
      const isOut = relation.from === id;
      if (!isOut && relation.to !== id) continue;
      if ((isOut || relation.mutual) !== leaving) continue;
      const there = isOut ? relation.to : relation.from;
      const item = make("li");
      const more = relation.qualities.concat(relation.when || []);
      item.append(make("span", relation.label + " ", "quiet"));
      const button = make("button", data.details[there].label, "as-link");
      button.type = "button";
      button.addEventListener("click", () => choose(there, true));
      item.append(button);
      if (more.length) item.append(make("span", " (" + more.join(", ") + ")", "quiet"));
      list.append(item);
    }
    return list;
  }

  function show(id) {
    const about = data.details[id];
    const panel = find("details");
    const parts = [make("p", [about.type].concat(about.roles).join(" · "), "kind"),
                   make("h2", about.label)];
    const actions = make("p", "", "actions");
    actions.append(link(words.open, about.href, "button"), link(words.around, about.explore));
    parts.push(actions);
    if (about.facts.length) {
      const facts = make("dl", "", "facts");
      for (const fact of about.facts) {
        const group = make("div");
        const value = make("dd");
        value.append(fact.href ? link(fact.value, fact.href, "outside") : fact.value);
        group.append(make("dt", fact.label), value);
        facts.append(group);
      }
      parts.push(make("h3", words.facts), facts);
    }
    for (const leaving of [true, false]) {
      const list = relationsOf(id, leaving);
      if (list.childElementCount) {
        parts.push(make("h3", leaving ? words.outgoing : words.incoming), list);
      }
    }
    parts.push(make("h3", words.sources));
    const sources = make("ul", "", "plain");
    for (const source of about.sources) {
      const item = make("li");
      item.append(link(source.label, source.href, "outside"));
      sources.append(item);
    }
    parts.push(about.sources.length ? sources : make("p", words.unknown, "quiet"));
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  function choose(id, moves) {
    if (nodes.get(id).hidden) return;
    network.selectNodes([id]);
    if (moves) network.focus(id, { scale: Math.max(network.getScale(), 0.9), animation: { duration: 250 } });
    show(id);
  }

  // filters
  function matches(node, kinds, wanted) {
    return node.id === data.centre || (kinds.has(node.kind) && folded(data.details[node.id].label).includes(wanted));
  }

  function folded(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function filter() {
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.kind));
    const wanted = folded(find("filter").value.trim());
    const visible = new Set(data.nodes.filter((node) => matches(node, kinds, wanted)).map((node) => node.id));
    nodes.update(data.nodes.map((node) => ({ id: node.id, hidden: !visible.has(node.id) })));
    for (const row of rows) row.hidden = !visible.has(row.dataset.node);
    for (const row of edgeRows) row.hidden = !visible.has(row.dataset.from) || !visible.has(row.dataset.to);
    nameSoon();
    const all = data.nodes.length;
    find("visible").textContent = visible.size === all ? "" : visible.size + " / " + all;
  }

  function save() {
    const picture = find("drawing").cloneNode(true);
    picture.removeAttribute("class");
    const file = new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });
    const anchor = make("a");
    anchor.href = URL.createObjectURL(file);
    anchor.download = "essaim.svg";
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
  }

  network.on("click", (event) => {
    network.setOptions({ interaction: { zoomView: true } });
    if (event.nodes.length) choose(event.nodes[0], false);
  });
  network.on("zoom", nameSoon);
  network.on("animationFinished", nameSoon);
  network.on("resize", nameSoon);
  canvas.addEventListener("mouseleave", () => network.setOptions({ interaction: { zoomView: false } }));
  find("closer").addEventListener("click", () => zoom(1.3));
  find("further").addEventListener("click", () => zoom(1 / 1.3));
  find("whole").addEventListener("click", () => whole({ duration: 250 }));
  find("save").addEventListener("click", save);
  find("filter").addEventListener("input", filter);
  for (const box of boxes) box.addEventListener("change", filter);
  const isNamed = data.edgeLabels && !isNarrow();
  find("edge-labels").checked = isNamed;
  find("edge-labels").addEventListener("change", (event) => nameEdges(event.target.checked));
  document.addEventListener("click", (event) => {
    const id = event.target.closest && event.target.closest("[data-show]");
    if (!id) return;
    choose(id.dataset.show, true);
    canvas.scrollIntoView({ block: "center" });
  });

  nameEdges(isNamed);
  whole(false);
  nameNodes();
  show(data.centre);
})();
