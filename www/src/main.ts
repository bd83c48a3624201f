import "./style/index.css";
import { readChoices } from "./choices";
import { Client } from "./client";
import { keepPage } from "./offline";
import { Studio } from "./studio";
import { App } from "./ui/app";
import { element } from "./ui/element";

const choices = readChoices(location.search);
new App(new Studio(new Client(), choices), choices).begin();
void keepPage(() => (element("kept-offline").hidden = false));
