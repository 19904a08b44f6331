// Last on each page: uses it as a reader would and tells the frame around it what came of that.
window.addEventListener("load", function () {
  var list = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  var facts = {};

  function isDrawn(canvas) {
    var pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, seen = 0;
    for (var at = 3; at < pixels.length; at += 4) if (pixels[at] > 0) seen += 1;
    return seen > 200;
  }

  function figures() {
    return list("figure").map(function (figure) {
      var canvas = figure.querySelector("canvas"), svg = figure.querySelector("svg"), box = (canvas || svg).getBoundingClientRect();
      return {
        id: figure.id, title: figure.querySelector("h3").textContent, live: Boolean(canvas), named: Boolean(svg.getAttribute("aria-label")),
        drawn: box.width > 100 && box.height > 50 && (canvas ? isDrawn(canvas) : svg.querySelectorAll("path,text").length > 5)
      };
    });
  }

  function column(table, index) {
    return list("tbody tr", table).map(function (row) { return row.cells[index].dataset.sort; }).filter(function (sort) { return sort !== undefined; }).map(Number);
  }

  function isAscending(values) { return values.every(function (value, index) { return index === 0 || values[index - 1] <= value; }); }

  function sorts() {
    return list("table").filter(function (table) { return table.tHead; }).map(function (table) {
      var index = list("th", table).findIndex(function (head) { return head.classList.contains("n"); });
      if (index < 0 || column(table, index).length < 2) return null;
      var button = table.tHead.rows[0].cells[index].querySelector("button");
      button.click();
      var up = isAscending(column(table, index));
      button.click();
      return { up: up, down: isAscending(column(table, index).reverse()), rows: column(table, index).length };
    }).filter(Boolean);
  }

  function filters() {
    var filter = document.getElementById("filter"), table = document.getElementById("table");
    if (!filter) return null;
    var shown = function () { return list("tbody tr", table).filter(function (row) { return row.offsetParent !== null; }); };
    var all = shown().length, name = table.tBodies[0].rows[0].cells[0].textContent;
    filter.value = name;
    filter.dispatchEvent(new Event("input"));
    var left = shown();
    var result = { all: all, left: left.length, fit: left.every(function (row) { return row.cells[0].textContent.indexOf(name) >= 0; }), csv: table.csv().split("\n").length - 2 };
    filter.value = "";
    filter.dispatchEvent(new Event("input"));
    return result;
  }

  function speaks() {
    var figure = document.querySelector("figure.is-live");
    if (!figure) return null;
    figure.focus();
    figure.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    return figure.querySelector(".spoken").textContent;
  }

  function highlights() {
    var boxes = list("svg [data-entity]").filter(function (box) { return box.dataset.entity.indexOf("|") < 0; });
    if (!boxes.length || !window.busload) return null;
    var box = boxes.filter(function (box) { return list("details[data-opens]").some(function (each) { return each.dataset.opens === box.dataset.entity; }); })[0] || boxes[0];
    box.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    var bar = document.querySelector(".chosen"), part = list("details[data-opens]").filter(function (each) { return each.dataset.opens === box.dataset.entity; })[0];
    var result = { said: bar.textContent, shown: !bar.hidden, opened: part ? part.open : null, parts: list("details[data-opens]").length };
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    result.gone = bar.hidden;
    return result;
  }

  function nameless() {
    return list("button, input, a, summary").filter(function (each) {
      var labels = each.labels && each.labels.length ? each.labels[0].textContent : "";
      return !(each.textContent.trim() || each.getAttribute("aria-label") || labels.trim());
    }).length;
  }

  setTimeout(function () {
    facts.rows = list("#table tbody tr").map(function (row) { return [row.cells[0].textContent, row.cells[1].dataset.sort]; });
    facts.numbers = list("td[data-sort]").map(function (cell) { return cell.dataset.sort; });
    facts.figures = figures();
    facts.sorts = sorts();
    facts.filters = filters();
    facts.speaks = speaks();
    facts.highlights = highlights();
    facts.nameless = nameless();
    facts.wide = document.documentElement.scrollWidth - window.innerWidth;
    facts.fetched = performance.getEntriesByType("resource").map(function (entry) { return entry.name; });
    facts.headings = list("h2").map(function (head) { return head.textContent; });
    facts.problems = window.problems;
    parent.postMessage(JSON.stringify(facts), "*");
  }, 100);
});
