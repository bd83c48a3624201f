import "../style/index.css";
import "./study.css";
import { Study } from "./study";

new Study().begin();
