// A face scan before the camera: asks the server where to look, takes one frame for each pose,
// and sends them. Works on every element with data-face-capture (see identify.html); when the
// server accepts, the element dispatches "face-capture:done" with the answer, which a page may
// stop with preventDefault() to go on by itself.
"use strict";

(() => {
  const LONGEST_SIDE = 640;
  const QUALITY = 0.9;
  const COUNTDOWN_S = 3;
  // Two frames of one moment would be taken for a recording.
  const BETWEEN_MS = 500;

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function frameOf(video) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    // Drawn as the camera sees it: only the preview is a mirror.
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }

  class FaceCapture {
    constructor(root) {
      this.root = root;
      this.video = root.querySelector(".face-video");
      this.words = root.querySelector(".face-words");
      this.steps = [...root.querySelectorAll(".face-progress li")];
      this.start = root.querySelector(".face-start");
      this.shoot = root.querySelector(".face-shoot");
      this.byHand = root.querySelector(".face-by-hand");
      this.error = root.querySelector(".face-error");
      this.start.addEventListener("click", () => this.run());
    }

    say(key, more = "") {
      this.words.textContent = (this.root.getAttribute(`data-say-${key}`) || "") + more;
    }

    fail(words) {
      this.error.textContent = words;
      this.error.hidden = false;
      this.say("again");
      this.start.hidden = false;
      this.error.scrollIntoView({ block: "nearest" });
    }

    async run() {
      this.error.hidden = true;
      this.start.hidden = true;
      for (const step of this.steps) {
        step.classList.remove("taken");
      }
      let failure = "failed";
      try {
        failure = "missing";
        await this.open();
        failure = "failed";
        const challenge = await this.send(this.root.dataset.challenge, new FormData());
        const frames = await this.take(challenge.poses);
        this.close();
        this.say("checking");
        const form = new FormData();
        form.append("token", challenge.token);
        frames.forEach((frame, number) => form.append(`frame_${number}`, frame, `${number}.jpg`));
        this.done(await this.send(this.root.dataset.check, form));
      } catch (problem) {
        this.close();
        const denied = problem.name === "NotAllowedError" ? "denied" : failure;
        this.fail(problem.told || this.root.getAttribute(`data-say-${denied}`));
      }
    }

    async open() {
      this.say("wait");
      if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) {
        throw new Error("no camera");
      }
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
      });
      this.video.srcObject = this.stream;
      this.video.parentElement.hidden = false;
      await this.video.play();
    }

    close() {
      this.video.parentElement.hidden = true;
      this.shoot.hidden = true;
      for (const track of this.stream ? this.stream.getTracks() : []) {
        track.stop();
      }
      this.stream = null;
    }

    async take(poses) {
      const frames = [];
      for (const [number, pose] of poses.entries()) {
        this.video.parentElement.dataset.pose = pose;
        this.say(pose);
        await (this.byHand.checked ? this.pressed() : this.counted(pose));
        frames.push(await frameOf(this.video));
        this.steps[number].classList.add("taken");
        await pause(BETWEEN_MS);
      }
      return frames;
    }

    // Where a countdown is too quick, people take each picture themselves.
    pressed() {
      this.shoot.hidden = false;
      return new Promise((resolve) => {
        this.shoot.addEventListener(
          "click",
          () => {
            this.shoot.hidden = true;
            resolve();
          },
          { once: true },
        );
      });
    }

    async counted(pose) {
      for (let left = COUNTDOWN_S; left > 0; left -= 1) {
        this.say(pose, ` ${left}…`);
        await pause(1000);
      }
    }

    async send(url, form) {
      form.append("csrf", this.root.dataset.csrf);
      const answer = await fetch(url, { method: "POST", body: form, credentials: "same-origin" });
      let told = {};
      try {
        told = await answer.json();
      } catch {
        // A page instead of an answer: the session is over, or the server is.
      }
      if (!answer.ok) {
        const problem = new Error("refused");
        problem.told = told.error;
        throw problem;
      }
      return told;
    }

    done(answer) {
      const event = new CustomEvent("face-capture:done", {
        bubbles: true,
        cancelable: true,
        detail: answer,
      });
      if (this.root.dispatchEvent(event) && answer.next) {
        window.location.assign(answer.next);
      }
    }
  }

  for (const root of document.querySelectorAll("[data-face-capture]")) {
    new FaceCapture(root);
  }
})();
