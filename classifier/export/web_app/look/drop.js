// Files that are dropped anywhere on a page.

/**
 * Marks the page while files are held over it, and hands over those that are dropped.
 * @param take called with a list of Files
 * @param takesItself whether the element that they are dropped on takes them without us
 */
export function setUpDrop(take, takesItself = () => false) {
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  const over = (here) => document.body.classList.toggle("dropping", here);
  document.addEventListener("dragover", (event) => holds(event) && (event.preventDefault(), over(true)));
  document.addEventListener("dragleave", (event) => event.relatedTarget || over(false));
  document.addEventListener("drop", (event) => {
    over(false);
    if (!holds(event) || takesItself(event.target)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}
