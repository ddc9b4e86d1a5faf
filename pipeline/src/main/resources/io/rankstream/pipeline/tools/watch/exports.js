// Files that the page makes out of what it shows.
const save = (name, blob) => {
  const link = element("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
const saveJson = (name, value) => save(name, new Blob([JSON.stringify(value, null, 1)], { type: "application/json" }));
// A text that starts like a formula would be one in a spreadsheet, and names come from users: a quote keeps it a text.
const csvCell = value => {
  const text = value == null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const saveCsv = (name, header, rows) =>
  save(name, new Blob([[header, ...rows].map(row => row.map(csvCell).join(",") + "\r\n").join("")], { type: "text/csv" }));
const savePicture = (name, canvas) => canvas?.toBlob(blob => save(name, blob), "image/png");
