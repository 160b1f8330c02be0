// Everything works without this file. It turns on the components of GOV.UK Frontend and a few helps of our own.
import { initAll } from "./govuk-frontend/govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
