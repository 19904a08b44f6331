// First on each page: what goes wrong is kept.
window.problems = [];
window.addEventListener("error", function (event) { window.problems.push(String(event.message)); });
document.addEventListener("securitypolicyviolation", function (event) { window.problems.push("blocked: " + event.blockedURI); });
["error", "warn"].forEach(function (level) {
  var own = console[level];
  console[level] = function () { window.problems.push(Array.prototype.join.call(arguments, " ")); own.apply(console, arguments); };
});
