import esm


class Small():
    def __init__(self):
        self.model, self.alphabet = esm.pretrained.esm2_t6_8M_UR50D()
        self.batch_converter = self.alphabet.get_batch_converter()


class Medium():
    def __init__(self):
        self.model, self.alphabet = esm.pretrained.esm2_t12_35M_UR50D()
        self.batch_converter = self.alphabet.get_batch_converter()
