/** Label and field selectors. Nothing here knows of schemas, so that a CLI can import it for little. */
export {
  checkSelectable,
  type FieldRequirement,
  type FieldSelector,
  parseFieldSelector,
  selectableFields,
} from './fields.js';
export {
  everything,
  labelMapSelector,
  labelSelectorOf,
  parseLabelSelector,
  type Requirement,
  type Selector,
  selectorOf,
} from './labels.js';
