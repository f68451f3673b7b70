// Says at once that a file is too large, instead of after its upload.
"use strict";

(() => {
  for (const input of document.querySelectorAll("#verify-form input[type=file]")) {
    input.addEventListener("change", () => {
      const file = input.files[0];
      const tooLarge = file && file.size > Number(input.dataset.largest);
      input.setCustomValidity(tooLarge ? input.dataset.tooLarge : "");
      if (tooLarge) {
        input.reportValidity();
      }
    });
  }
})();
