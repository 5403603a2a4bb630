// How a workbook looks: no code, no prompts, no toolbar, and one line that says what happens.

export const CSS = `
.mdli-pending .jp-Notebook { visibility: hidden }
.mdli-neat .mdli-ours.jp-CodeCell > .jp-Cell-inputWrapper,
.mdli-neat .mdli-ours .jp-InputPrompt, .mdli-neat .mdli-ours .jp-OutputPrompt, .mdli-neat .mdli-ours .jp-OutputArea-promptOverlay,
.mdli-neat .mdli-ours .jp-Collapser, .mdli-neat .mdli-ours .jp-collapseHeadingButton,
.mdli-neat .mdli-ours .jp-CellFooter, .mdli-neat .mdli-ours .jp-cell-toolbar, .mdli-neat .jp-Notebook-footer,
.mdli-neat .mdli-ours [data-mime-type="application/vnd.jupyter.error"],
.mdli-neat .mdli-ours [data-mime-type="application/vnd.jupyter.stderr"],
.mdli-workbook .jp-RenderedMarkdown p:has(> [data-commandlinker-command]),
.mdli-workbook .jp-RenderedMarkdown [data-commandlinker-command] { display: none !important }
.mdli-neat .mdli-ours.jp-Cell { border-color: transparent !important; box-shadow: none !important; background: none !important }
.mdli-neat .mdli-ours .jp-MarkdownOutput { border-color: transparent !important; box-shadow: none !important }
.mdli-neat .mdli-ours.jp-CodeCell { padding-top: 0; padding-bottom: 0 }
.mdli-curtain .mdli-ours .jp-OutputArea { visibility: hidden }
.mdli-curtain[data-mdli-state="failed"] .mdli-ours .jp-OutputArea { display: none }
.mdli-workbook .jp-Notebook[inert] .mdli-ours .jp-OutputArea { opacity: .55; transition: opacity .2s }
.mdli-neat .mdli-ours.jp-Cell { max-width: 48rem; margin-inline: auto }
.mdli-alone .jp-SideBar { visibility: hidden }
.mdli-alone .jp-LabShell, .mdli-alone #jp-main-dock-panel, .mdli-alone #jp-main-content-panel { background: var(--jp-layout-color0) !important }
.mdli-bar { color: var(--jp-ui-font-color1); background: var(--jp-layout-color2); border-bottom: 1px solid var(--jp-border-color1) }
.mdli-bar-line { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 8px 16px; padding: 10px 20px;
  box-sizing: border-box; font-size: 15px; line-height: 1.45 }
.mdli-bar-words { flex: 0 1 auto; max-width: 46rem }
.mdli-bar-button { padding: 6px 18px; min-height: 36px; font: inherit; font-weight: 600; cursor: pointer; border-radius: 6px;
  color: var(--jp-ui-font-color1); background: var(--jp-layout-color0); border: 1px solid var(--jp-border-color0) }
.mdli-bar-button:hover { border-color: var(--jp-brand-color1) }
.mdli-bar-button:focus-visible { outline: 3px solid var(--jp-brand-color1); outline-offset: 2px }
.mdli-bar-button[hidden] { display: none }
.mdli-bar-live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (prefers-reduced-motion: reduce) { .mdli-workbook .jp-OutputArea { transition: none !important } }`;
