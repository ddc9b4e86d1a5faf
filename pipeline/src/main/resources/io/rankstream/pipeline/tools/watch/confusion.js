// The confusion matrix of the live page. A phone has no pointer that rests on a cell, and neither has a keyboard: a click, a
// tap or the arrow keys choose a cell, whose text stands below the matrix.
const confusionPanel = ({ table, about, none, box, text, spoken, pairs, noPairs, save }) => {
  let shown = {}, drawn = "", chosen;

  const nameOf = row => row.name ?? `other classes (${count(shown.others)})`;
  const brief = name => name.length > 40 ? `${name.slice(0, 38)} …` : name;
  const images = n => `${count(n)} image${n === 1 ? "" : "s"}`;
  const sentence = (from, to) => {
    const row = shown.rows[from], n = row.predicted[to], of = `${count(n)} of ${images(row.all)} of ${row.name ?? "the other classes"}`;
    const part = row.all ? ` (${(100 * n / row.all).toFixed(1)} %)` : "";
    if (from !== to) return `${of} taken for ${shown.rows[to].name ?? "other classes"}${part}.`;
    return row.name === null ? `${of} taken for one of them, the right one or not${part}.` : `${of} recognised${part}.`;
  };
  const cell = ([from, to]) => table.querySelectorAll("tr")[1 + from]?.querySelectorAll("td")[to];
  const mark = () => {
    table.querySelectorAll(".chosen").forEach(each => each.classList.remove("chosen"));
    if (!chosen || !cell(chosen)) {
      chosen = undefined;
      text.textContent = "Choose a cell with a click or the arrow keys to read it.";
      return;
    }
    cell(chosen).classList.add("chosen");
    text.textContent = sentence(...chosen);
  };
  const draw = () => {
    const names = shown.rows.map(nameOf);
    confusionMatrix(table, shown.rows.map((row, i) => ({ ...row, name: names[i] })));
    [...table.querySelectorAll("thead span"), ...table.querySelectorAll("th[scope=row]")].forEach((each, i) => {
      each.title = names[i % names.length]; // a long name is cut off
    });
    pairs.replaceChildren();
    noPairs.hidden = shown.pairs.length > 0;
    if (!shown.pairs.length) return;
    head(pairs, ["class", "taken for", "images", "of the class"]);
    for (const pair of shown.pairs) {
      const row = element("tr", undefined, pairs);
      [pair.label, pair.predicted].forEach(name => { element("td", brief(name), row).title = name; });
      [count(pair.images), `${(100 * pair.images / pair.all).toFixed(1)} %`].forEach(each => element("td", each, row));
    }
  };
  const tell = () => {
    const right = `Of the last ${images(shown.predictions)}, each predicted before the model trained on it, ${(100 * shown.correct / shown.predictions).toFixed(1)} % were recognised.`;
    const unknown = shown.unknown ? ` ${count(shown.unknown)} came before the model knew a class.` : "";
    const some = shown.others ? ` Of ${count(shown.classes)} classes these are confused most; the last row and column are the others together.` : "";
    about.textContent = `${right}${unknown} A row is a class, and a column what its images were taken for.${some}`;
  };

  table.addEventListener("click", event => {
    const hit = event.target.closest("td"), row = hit?.closest("tr");
    if (!hit) return;
    chosen = [[...table.querySelectorAll("tr")].indexOf(row) - 1, [...row.querySelectorAll("td")].indexOf(hit)];
    mark();
  });
  box.addEventListener("keydown", event => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move || !shown.rows?.length) return;
    event.preventDefault();
    const within = at => Math.min(shown.rows.length - 1, Math.max(0, at));
    chosen = chosen ? chosen.map((at, i) => within(at + move[i])) : [0, 0];
    mark();
    cell(chosen).scrollIntoView({ block: "nearest", inline: "nearest" });
    spoken.textContent = text.textContent;
  });
  return {
    show(confusion) {
      shown = confusion || {};
      const some = shown.predictions > 0;
      none.hidden = some;
      [about, box, text, pairs].forEach(each => { each.hidden = !some; });
      save.disabled = !some;
      if (!some) noPairs.hidden = true;
      if (!some || drawn === JSON.stringify(shown)) return;
      drawn = JSON.stringify(shown);
      tell();
      draw();
      mark();
    },
    // What the matrix shows, as rows of [class, predicted, images].
    cells: () => (shown.rows || []).flatMap(row => row.predicted.map((n, i) => [nameOf(row), nameOf(shown.rows[i]), n])),
  };
};
