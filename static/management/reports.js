// Charts whose words can be read in light and in dark, also when the brightness changes.
function inkNow() {
    const isDark = document.documentElement.classList.contains("dark");
    const name = isDark ? "--color-base-300" : "--color-base-600";
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function inkCharts() {
    if (!window.Chart) {
        return;
    }
    Chart.defaults.color = inkNow();
    for (const chart of Object.values(Chart.instances)) {
        chart.update("none");
    }
}

document.addEventListener("DOMContentLoaded", () => {
    inkCharts();
    new MutationObserver(inkCharts).observe(document.documentElement, { attributeFilter: ["class"] });
});
