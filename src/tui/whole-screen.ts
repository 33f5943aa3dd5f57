// What every frame of the dashboard has, whatever screen is between its bars.

import type { Model, Size } from "./model.ts";
import { Grid } from "./render/grid.ts";
import { labScreen } from "./screens/lab.ts";
import { paintBottomBar, topTabs } from "./status-bars.ts";
import { themeNamed } from "./theme.ts";
import type { Theme } from "./theme.ts";

const WIDTH_MIN = 20;
const HEIGHT_MIN = 6;

/** The bars, and what `paint` puts over the rows between them. */
export function wholeScreen(
  model: Model,
  size: Size,
  theme: Theme,
  paint: (grid: Grid, shown: Model) => void,
): Grid {
  const isSize = model.size.width === size.width && model.size.height === size.height;
  const shown = isSize ? model : { ...model, size };
  const grid = new Grid(size.width, size.height, theme.background);
  if (size.width < WIDTH_MIN || size.height < HEIGHT_MIN) {
    grid.put(0, 0, "too small", theme.muted);
    return grid;
  }
  topTabs(grid.sub(0, 0, size.width, 1), theme, shown);
  paintBottomBar(grid.sub(0, size.height - 1, size.width, 1), theme, shown);
  paint(grid, shown);
  return grid;
}

/** The Lab with nothing over it: the frame to begin with, which needs nothing of the other screens. */
export function labFrame(model: Model, size: Size, theme: Theme = themeNamed(model.theme)): Grid {
  return wholeScreen(model, size, theme, (grid, shown) => labScreen(grid, theme, shown));
}
