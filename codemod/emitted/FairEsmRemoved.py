class FairEsmRemoved:
    """Stands where an object of fair-esm stood: NotImplementedError as soon as it is used."""

    def __init__(self, name="a subclass", *args, **kwargs):
        self.fair_esm_name = name
        if self.__class__ is not FairEsmRemoved:
            self()

    def __getattr__(self, attribute):
        if attribute in ("cpu", "cuda", "eval", "get_batch_converter", "to"):
            return lambda *args, **kwargs: self
        return self()

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(
            f"{self.fair_esm_name} came from fair-esm, which was removed: "
            "load a checkpoint with transformers (AutoModel.from_pretrained) and use its tokenizer"
        )

    __iter__ = __len__ = __getitem__ = __call__
