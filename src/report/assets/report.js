(function () {
  "use strict";
  var list = function (some) { return Array.prototype.slice.call(some); };

  function key(row, column) {
    var cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
  }

  // Numbers before texts, nothing last; equal rows keep their order.
  function compare(x, y) {
    if (typeof x === "number" && typeof y === "number") return x - y;
    if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1;
    return typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? -1 : 1;
  }

  function sortable(table) {
    var heads = list(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
        var rows = list(body.rows).map(function (row) { return { row: row, key: key(row, column) }; });
        rows.sort(function (a, b) { return a.key === "" || b.key === "" ? compare(a.key, b.key) : sign * compare(a.key, b.key); });
        rows.forEach(function (each) { body.appendChild(each.row); });
      });
    });
  }

  // Texts must not become formulas in a spreadsheet; numbers have all their digits.
  function field(cell) {
    var text = cell.dataset.sort === undefined ? cell.textContent : cell.dataset.sort;
    if (cell.dataset.sort === undefined && /^[=+\-@]/.test(text)) text = "'" + text;
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(table) {
    var rows = list(table.rows).filter(function (row) { return !row.hidden; });
    return rows.map(function (row) { return list(row.cells).map(field).join(","); }).join("\n") + "\n";
  }

  function copy(text, done) {
    var area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    var worked = document.execCommand("copy");
    area.remove();
    if (worked || !navigator.clipboard) return done(worked);
    navigator.clipboard.writeText(text).then(function () { done(true); }, function () { done(false); });
  }

  function filterable(table, filter) {
    var count = document.getElementById("count"), tools = filter.closest("p"), rows = list(table.tBodies[0].rows);
    function show() {
      var wanted = filter.value.trim().toLowerCase().split(/\s+/), shown = 0;
      rows.forEach(function (row) {
        var name = row.cells[0].textContent.toLowerCase();
        row.hidden = !wanted.every(function (part) { return name.indexOf(part) >= 0; });
        if (!row.hidden) shown += 1;
      });
      count.textContent = shown + " of " + rows.length;
    }
    var button = document.createElement("button");
    button.type = "button";
    button.id = "copy";
    button.textContent = "Copy as CSV";
    button.addEventListener("click", function () {
      copy(csv(table), function (worked) { count.textContent = worked ? "copied" : "could not be copied"; });
    });
    tools.insertBefore(button, count);
    tools.hidden = false;
    filter.addEventListener("input", show);
    show();
  }

  // Paper can't be clicked.
  window.addEventListener("beforeprint", function () {
    list(document.querySelectorAll("details:not([open])")).forEach(function (each) { each.open = true; each.dataset.forPaper = ""; });
  });
  window.addEventListener("afterprint", function () {
    list(document.querySelectorAll("details[data-for-paper]")).forEach(function (each) { each.open = false; delete each.dataset.forPaper; });
  });

  list(document.querySelectorAll("table")).filter(function (table) { return table.tHead && table.tBodies[0]; }).forEach(sortable);
  var table = document.getElementById("table"), filter = document.getElementById("filter");
  if (table && filter) {
    table.csv = function () { return csv(table); };
    filterable(table, filter);
  }
})();
