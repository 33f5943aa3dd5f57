import { expect, test } from "vitest";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { openLab } from "../../src/scenario/session.ts";
import { view } from "../../src/tui/app.ts";
import { initialModel } from "../../src/tui/model.ts";
import { gridToAnsi } from "../../src/tui/render/ansi.ts";
import { themeNamed, themes } from "../../src/tui/theme.ts";
import { labFrame } from "../../src/tui/whole-screen.ts";

const SIZES = [
  { width: 200, height: 60 },
  { width: 80, height: 24 },
  { width: 19, height: 10 },
];

test("the Lab's first frame is the one that the whole dashboard paints, to the cell", async () => {
  for (const lesson of LESSONS.slice(0, 6)) {
    const session = await openLab(lesson);
    for (const size of SIZES) {
      for (const theme of [...themes.keys()].map(themeNamed)) {
        const model = initialModel({ session, size, step: 0, playing: true, hint: "New here?" });
        expect(gridToAnsi(labFrame(model, size, theme))).toBe(gridToAnsi(view(model, size, theme)));
      }
    }
  }
});
