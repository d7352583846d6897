/** The staff page at `/desk/`. */

import { render } from "preact";
import { DeskApp } from "./desk/desk-app";
import { DeskMemory } from "./desk/memory";
import "./style/chat.css";
import "./style/desk.css";
import { paletteOf } from "./theme/palette";

const root = document.getElementById("app");
if (root) {
  // Staff of every company see the same calm colours; only customers see the company's own.
  for (const [name, value] of Object.entries(paletteOf({}))) document.documentElement.style.setProperty(name, value);
  render(<DeskApp memory={new DeskMemory()} />, root);
}
