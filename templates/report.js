(function () {
  "use strict";
  // The page is whole without this script: it sorts and filters tables that are already there, copies the command, and
  // opens the section that a link leads to.
  function number(text) {
    var found = text.replace(/,/g, "").match(/-?\d+(\.\d+)?/);
    if (!found) return null;
    var value = parseFloat(found[0]);
    return text.indexOf("<") === 0 ? value / 2 : text.indexOf(">") === 0 ? value + 0.05 : value;
  }
  function compare(column, numeric, direction) {
    return function (left, right) {
      var a = left.cells[column].textContent.trim(), b = right.cells[column].textContent.trim();
      if (!numeric) return direction * a.localeCompare(b, "en", { numeric: true });
      var x = number(a), y = number(b);
      // What has no figure stands last in either order.
      if (x === null || y === null) return (x === null) - (y === null);
      return direction * (x - y);
    };
  }
  document.querySelectorAll("table[data-sort]").forEach(function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var numeric = head.classList.contains("n"), before = head.getAttribute("aria-sort");
        var descending = before ? before === "ascending" : numeric;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        Array.prototype.slice.call(body.rows).sort(compare(column, numeric, descending ? -1 : 1))
          .forEach(function (row) { body.appendChild(row); });
      });
    });
  });
  document.querySelectorAll("table[data-filter]").forEach(function (table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows), place = table.parentNode;
    var line = document.createElement("div"), label = document.createElement("label");
    var input = document.createElement("input"), said = document.createElement("span");
    line.className = "filter";
    input.type = "search";
    said.setAttribute("role", "status");
    label.append("Show rows with ", input);
    line.append(label, said);
    place.parentNode.insertBefore(line, place);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase(), shown = 0;
      rows.forEach(function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(wanted) < 0;
        if (!row.hidden) shown += 1;
      });
      said.textContent = wanted ? shown + " of " + rows.length + " rows" : "";
    });
  });
  document.querySelectorAll(".command").forEach(function (command) {
    var code = command.querySelector("code"), button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    function said() { button.textContent = "Copied"; }
    // Where the clipboard is closed to a page, the command is selected, ready to be copied by hand.
    function select() {
      var range = document.createRange(), selection = window.getSelection();
      range.selectNodeContents(code);
      selection.removeAllRanges();
      selection.addRange(range);
      button.textContent = "Selected";
    }
    button.addEventListener("click", function () {
      if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(said, select);
      else select();
    });
    command.insertBefore(button, command.querySelector("pre"));
  });
  // A link to a section that is closed opens it.
  function open() {
    var section = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var fold = section && section.querySelector(":scope > details");
    if (fold) fold.open = true;
  }
  window.addEventListener("hashchange", open);
  open();
})();
